import { UseFilters } from '@nestjs/common';
import { Context, Extensions, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { BillingGroup, toBillingGroup } from '../billing-groups/billing-group.type.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import { loadThingGroups } from '../thing-groups/load-thing-groups.js';
import { ThingGroup } from '../thing-groups/thing-group.type.js';
import { ThingType, toThingType } from '../thing-types/thing-type.type.js';
import { Thing } from './thing.type.js';

/** The other resources of the registry that a thing has to do with. */
@Resolver(() => Thing)
@UseFilters(GraphqlErrorFilter)
export class ThingRelationsResolver {
  @ResolveField(() => ThingType, { nullable: true, description: 'Its thing type; null when it has none.' })
  async type(@Parent() { thingTypeName }: Thing, @Context() { loaders }: GatewayContext): Promise<ThingType | null> {
    if (thingTypeName === undefined) return null;
    const type = await loaders.thingTypes.load(thingTypeName);
    return type === undefined ? null : toThingType(type);
  }

  @Extensions({ listSize: 10 })
  @ResolveField(() => [ThingGroup], { description: 'The thing groups that it is a direct member of: at most 10.' })
  async groups(@Parent() { name }: Thing, @Context() { loaders }: GatewayContext): Promise<ThingGroup[]> {
    return loadThingGroups(loaders, (await loaders.groupNamesOfThings.load(name)) ?? []);
  }

  @ResolveField(() => BillingGroup, { nullable: true, description: 'Its billing group; null when it is in none.' })
  async billingGroup(
    @Parent() { billingGroupName }: Thing,
    @Context() { loaders }: GatewayContext,
  ): Promise<BillingGroup | null> {
    if (billingGroupName === undefined) return null;
    const group = await loaders.billingGroups.load(billingGroupName);
    return group === undefined ? null : toBillingGroup(group);
  }
}
