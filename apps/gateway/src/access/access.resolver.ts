import { UseFilters } from '@nestjs/common';
import { Args, Context, Extensions, Query, Resolver } from '@nestjs/graphql';
import { createApiKey, listApiKeys, revokeApiKey } from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { TwoWayPageArgs } from '../connections/two-way-page.args.js';
import { pageOfWhole } from '../connections/whole-list.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { unauthenticated } from '../errors/public-error.js';
import { FactsMutation, ObjectMutation } from '../mutations/payload-mutation.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import {
  ApiKey,
  ApiKeyConnection,
  CallerView,
  CreateApiKeyInput,
  CreatedApiKey,
  toApiKey,
  toCreatedApiKey,
} from './api-key.type.js';
import { ADMINS_ONLY } from './least-role.js';

/** Who may use this API. */
@Resolver(() => ApiKey)
@UseFilters(GraphqlErrorFilter)
export class AccessResolver {
  constructor(private readonly rpc: RpcClient) {}

  @Query(() => CallerView, { description: 'Who sends this request, and what the caller may do.' })
  me(@Context() { caller }: GatewayContext): CallerView {
    if (caller === undefined) throw unauthenticated();
    return { name: caller.name, role: caller.role };
  }

  @Extensions(ADMINS_ONLY)
  @Query(() => ApiKeyConnection, {
    description: 'API keys, expired and revoked ones included, in the order of their names. For administrators.',
  })
  async apiKeys(@Args() page: TwoWayPageArgs): Promise<ApiKeyConnection> {
    const { apiKeys } = await this.rpc.call(listApiKeys, {});
    return pageOfWhole(apiKeys.map(toApiKey), { keyOf: ({ name }) => name }, page);
  }

  @Extensions(ADMINS_ONLY)
  @FactsMutation(CreatedApiKey, {
    description: 'Creates an API key, which is in the answer and nowhere else. For administrators.',
  })
  async createApiKey(
    @Args('input', { type: () => CreateApiKeyInput, description: 'The API key to create.' })
    { name, role, expiresAt }: CreateApiKeyInput,
  ): Promise<CreatedApiKey> {
    return toCreatedApiKey(await this.rpc.call(createApiKey, { name, role, expiresAt: expiresAt ?? undefined }));
  }

  @Extensions(ADMINS_ONLY)
  @ObjectMutation('apiKey', () => ApiKey, {
    description:
      'Revokes an API key for good and ends the connections that were opened with it. The last valid key of an administrator cannot be revoked. For administrators.',
  })
  async revokeApiKey(
    @Args('name', { type: () => String, description: 'The name of the API key.' }) name: string,
  ): Promise<ApiKey> {
    return toApiKey(await this.rpc.call(revokeApiKey, { name }));
  }
}
