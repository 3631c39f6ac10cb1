import { UseFilters } from '@nestjs/common';
import { Args, Extensions, ID, Query, Resolver } from '@nestjs/graphql';
import { createAccessKey, listAccessKeys, revokeAccessKey } from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { ADMINS_ONLY } from '../access/least-role.js';
import { TwoWayPageArgs } from '../connections/two-way-page.args.js';
import { pageOfWhole } from '../connections/whole-list.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { FactsMutation, ObjectMutation } from '../mutations/payload-mutation.js';
import {
  AccessKey,
  AccessKeyConnection,
  CreateAccessKeyInput,
  CreatedAccessKey,
  toAccessKey,
  toCreatedAccessKey,
} from './access-key.type.js';

/** Who may sign requests of the HTTP API. */
@Resolver(() => AccessKey)
@UseFilters(GraphqlErrorFilter)
export class AccessKeyResolver {
  constructor(private readonly rpc: RpcClient) {}

  @Extensions(ADMINS_ONLY)
  @Query(() => AccessKeyConnection, {
    description: 'Access keys, expired and revoked ones included, in the order of their names. For administrators.',
  })
  async accessKeys(@Args() page: TwoWayPageArgs): Promise<AccessKeyConnection> {
    const { accessKeys } = await this.rpc.call(listAccessKeys, {});
    return pageOfWhole(
      accessKeys.map(toAccessKey),
      { keyOf: ({ name, accessKeyId }) => `${name} ${accessKeyId}` },
      page,
    );
  }

  @Extensions(ADMINS_ONLY)
  @FactsMutation(CreatedAccessKey, {
    description: 'Creates an access key, whose secret is in the answer and nowhere else. For administrators.',
  })
  async createAccessKey(
    @Args('input', { type: () => CreateAccessKeyInput, description: 'The access key to create.' })
    { name, role, expiresAt }: CreateAccessKeyInput,
  ): Promise<CreatedAccessKey> {
    return toCreatedAccessKey(await this.rpc.call(createAccessKey, { name, role, expiresAt: expiresAt ?? undefined }));
  }

  @Extensions(ADMINS_ONLY)
  @ObjectMutation('accessKey', () => AccessKey, {
    description:
      'Revokes an access key for good and ends the WebSockets that were opened with it. Revoking it again changes nothing. For administrators.',
  })
  async revokeAccessKey(
    @Args('accessKeyId', { type: () => ID, description: 'The id of the access key.' }) accessKeyId: string,
  ): Promise<AccessKey> {
    return toAccessKey(await this.rpc.call(revokeAccessKey, { accessKeyId }));
  }
}
