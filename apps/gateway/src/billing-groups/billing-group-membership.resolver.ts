import { UseFilters } from '@nestjs/common';
import { Args, Context, Resolver } from '@nestjs/graphql';
import { addThingToBillingGroup, removeThingFromBillingGroup } from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { ObjectMutation } from '../mutations/payload-mutation.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import { loadThing } from '../things/load-thing.js';
import { Thing } from '../things/thing.type.js';
import { BillingGroupMembershipInput } from './billing-group.input.js';

/** Which billing group a thing is in. */
@Resolver()
@UseFilters(GraphqlErrorFilter)
export class BillingGroupMembershipResolver {
  constructor(private readonly rpc: RpcClient) {}

  @ObjectMutation('thing', () => Thing, {
    description: 'Puts a thing into a billing group, out of the one it was in before; answers the thing.',
  })
  async addThingToBillingGroup(
    @Args('input', { type: () => BillingGroupMembershipInput, description: 'The thing and the billing group.' })
    { thingName, billingGroupName }: BillingGroupMembershipInput,
    @Context() { loaders }: GatewayContext,
  ): Promise<Thing> {
    await this.rpc.call(addThingToBillingGroup, { thingName, billingGroupName });
    return loadThing(loaders, thingName);
  }

  @ObjectMutation('thing', () => Thing, { description: 'Takes a thing out of a billing group; answers the thing.' })
  async removeThingFromBillingGroup(
    @Args('input', { type: () => BillingGroupMembershipInput, description: 'The thing and the billing group.' })
    { thingName, billingGroupName }: BillingGroupMembershipInput,
    @Context() { loaders }: GatewayContext,
  ): Promise<Thing> {
    await this.rpc.call(removeThingFromBillingGroup, { thingName, billingGroupName });
    return loadThing(loaders, thingName);
  }
}
