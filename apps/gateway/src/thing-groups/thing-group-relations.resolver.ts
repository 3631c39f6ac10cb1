import { UseFilters } from '@nestjs/common';
import { Args, Context, Extensions, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { PAGE_FIELDS } from '../connections/page.args.js';
import { toTwoWayPageRequest } from '../connections/two-way-page.args.js';
import { inTermsOf } from '../errors/field-names.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import { JsonScalar } from '../scalars/json.scalar.js';
import { ThingConnection, toThingConnection } from '../things/thing.type.js';
import { loadThingGroups } from './load-thing-groups.js';
import { BelowGroupArgs } from './thing-group.args.js';
import { ThingGroup, ThingGroupConnection, toThingGroup, toThingGroupConnection } from './thing-group.type.js';

/** What is above a thing group, below it and in it. */
@Resolver(() => ThingGroup)
@UseFilters(GraphqlErrorFilter)
export class ThingGroupRelationsResolver {
  @ResolveField(() => ThingGroup, {
    nullable: true,
    description: 'The group above it; null for the root of a hierarchy.',
  })
  async parent(
    @Parent() { parentGroupName }: ThingGroup,
    @Context() { loaders }: GatewayContext,
  ): Promise<ThingGroup | null> {
    if (parentGroupName === undefined) return null;
    const group = await loaders.thingGroups.load(parentGroupName);
    return group === undefined ? null : toThingGroup(group);
  }

  @Extensions({ listSize: 6 })
  @ResolveField(() => [ThingGroup], { description: 'The groups above it, the root of the hierarchy first.' })
  async rootToParent(
    @Parent() { rootToParentNames }: ThingGroup,
    @Context() { loaders }: GatewayContext,
  ): Promise<ThingGroup[]> {
    return loadThingGroups(loaders, rootToParentNames);
  }

  @ResolveField(() => ThingGroupConnection, { description: 'The groups below it, in the order of their names.' })
  async children(
    @Parent() { name }: ThingGroup,
    @Args() { recursive, ...page }: BelowGroupArgs,
    @Context() { loaders }: GatewayContext,
  ): Promise<ThingGroupConnection> {
    const request = { parentGroupName: name, recursive, ...toTwoWayPageRequest(page) };
    return toThingGroupConnection(await inTermsOf(PAGE_FIELDS, loaders.thingGroupLists.load(request)), page);
  }

  @ResolveField(() => ThingConnection, { description: 'The things in it, in the order of their names.' })
  async things(
    @Parent() { name }: ThingGroup,
    @Args() { recursive, ...page }: BelowGroupArgs,
    @Context() { loaders }: GatewayContext,
  ): Promise<ThingConnection> {
    const request = { thingGroupName: name, recursive, ...toTwoWayPageRequest(page) };
    return toThingConnection(await inTermsOf(PAGE_FIELDS, loaders.thingLists.load(request)), page);
  }

  @ResolveField(() => JsonScalar, { description: 'Its tags: an object of texts.' })
  async tags(@Parent() { arn }: ThingGroup, @Context() { loaders }: GatewayContext): Promise<Record<string, string>> {
    return (await loaders.tags.load(arn)) ?? {};
  }
}
