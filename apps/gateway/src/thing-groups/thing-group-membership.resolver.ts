import { UseFilters } from '@nestjs/common';
import { Args, Context, Resolver } from '@nestjs/graphql';
import { type RequestOf, updateThingGroupsForThing } from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import type { Loaders } from '../batching/loaders.js';
import { type FieldNames, inTermsOf } from '../errors/field-names.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { ObjectMutation } from '../mutations/payload-mutation.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import { loadThing } from '../things/load-thing.js';
import { Thing } from '../things/thing.type.js';
import { ThingGroupMembershipInput, UpdateThingGroupsForThingInput } from './thing-group-membership.input.js';

const LIST_FIELDS = { thingGroupsToAdd: 'add', thingGroupsToRemove: 'remove' } as const;

const ONE_GROUP_FIELDS = {
  thingGroupsToAdd: 'thingGroupName',
  'thingGroupsToAdd.0': 'thingGroupName',
  thingGroupsToRemove: 'thingGroupName',
  'thingGroupsToRemove.0': 'thingGroupName',
} as const;

/** Which groups a thing is in. */
@Resolver()
@UseFilters(GraphqlErrorFilter)
export class ThingGroupMembershipResolver {
  constructor(private readonly rpc: RpcClient) {}

  @ObjectMutation('thing', () => Thing, {
    description:
      'Adds a thing to groups and removes it from others, all or nothing; answers the thing. A thing is in at most 10 groups, and in one of each hierarchy.',
  })
  async updateThingGroupsForThing(
    @Args('input', { type: () => UpdateThingGroupsForThingInput, description: 'The thing and the groups.' })
    { thingName, add, remove }: UpdateThingGroupsForThingInput,
    @Context() { loaders }: GatewayContext,
  ): Promise<Thing> {
    const request = {
      thingName,
      thingGroupsToAdd: add ?? undefined,
      thingGroupsToRemove: remove ?? undefined,
    };
    return this.update(request, LIST_FIELDS, loaders);
  }

  @ObjectMutation('thing', () => Thing, {
    description: 'Adds a thing to a group; answers the thing. Doing it again changes nothing.',
  })
  async addThingToGroup(
    @Args('input', { type: () => ThingGroupMembershipInput, description: 'The thing and the group.' })
    { thingName, thingGroupName }: ThingGroupMembershipInput,
    @Context() { loaders }: GatewayContext,
  ): Promise<Thing> {
    return this.update({ thingName, thingGroupsToAdd: [thingGroupName] }, ONE_GROUP_FIELDS, loaders);
  }

  @ObjectMutation('thing', () => Thing, {
    description: 'Removes a thing from a group; answers the thing. One that is not in the group stays as it is.',
  })
  async removeThingFromGroup(
    @Args('input', { type: () => ThingGroupMembershipInput, description: 'The thing and the group.' })
    { thingName, thingGroupName }: ThingGroupMembershipInput,
    @Context() { loaders }: GatewayContext,
  ): Promise<Thing> {
    return this.update({ thingName, thingGroupsToRemove: [thingGroupName] }, ONE_GROUP_FIELDS, loaders);
  }

  private async update(
    request: RequestOf<typeof updateThingGroupsForThing>,
    names: FieldNames,
    loaders: Loaders,
  ): Promise<Thing> {
    await inTermsOf(names, this.rpc.call(updateThingGroupsForThing, request));
    return loadThing(loaders, request.thingName);
  }
}
