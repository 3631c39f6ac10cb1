import { UseFilters } from '@nestjs/common';
import { Args, Extensions, ID, Query, Resolver } from '@nestjs/graphql';
import { listAuthorities, retireAuthority, rotateAuthority } from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { ADMINS_ONLY } from '../access/least-role.js';
import { TwoWayPageArgs } from '../connections/two-way-page.args.js';
import { pageOfWhole, timeKey } from '../connections/whole-list.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { ObjectMutation } from '../mutations/payload-mutation.js';
import { Authority, AuthorityConnection, toAuthority } from './authority.type.js';

@Resolver(() => Authority)
@UseFilters(GraphqlErrorFilter)
export class AuthorityResolver {
  constructor(private readonly rpc: RpcClient) {}

  @Query(() => AuthorityConnection, {
    description: 'The authorities of the platform, retired ones included, the newest first.',
  })
  async authorities(@Args() page: TwoWayPageArgs): Promise<AuthorityConnection> {
    const { authorities } = await this.rpc.call(listAuthorities, {});
    const keyOf = ({ createdAt, id }: Authority) => timeKey(createdAt, id);
    return pageOfWhole(authorities.map(toAuthority), { keyOf, isDescending: true }, page);
  }

  @Extensions(ADMINS_ONLY)
  @ObjectMutation('authority', () => Authority, {
    description:
      'Makes a new authority, which signs from now on; the one before stays trusted until it is retired. Servers get themselves new certificates without closing connections. For administrators.',
  })
  async rotateAuthority(): Promise<Authority> {
    return toAuthority(await this.rpc.call(rotateAuthority, {}));
  }

  @Extensions(ADMINS_ONLY)
  @ObjectMutation('authority', () => Authority, {
    description:
      'Takes a trusted authority out of what is handed out: devices that trust it alone can no longer verify the servers. For administrators.',
  })
  async retireAuthority(
    @Args('authorityId', { type: () => ID, description: 'The id of the authority.' }) authorityId: string,
  ): Promise<Authority> {
    return toAuthority(await this.rpc.call(retireAuthority, { authorityId }));
  }
}
