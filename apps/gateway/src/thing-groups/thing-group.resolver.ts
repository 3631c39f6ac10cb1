import { UseFilters } from '@nestjs/common';
import { Args, Context, Query, Resolver } from '@nestjs/graphql';
import { createThingGroup, deleteThingGroup, listThingGroups, updateThingGroup } from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { inTermsOf } from '../errors/field-names.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { FactsMutation, ObjectMutation } from '../mutations/payload-mutation.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import { checkResourceName } from '../requests/resource-name.js';
import { LIST_THING_GROUPS_FIELDS, ThingGroupsArgs, toListThingGroupsRequest } from './thing-group.args.js';
import {
  CreateThingGroupInput,
  DeleteThingGroupInput,
  THING_GROUP_FIELDS,
  toCreateThingGroupRequest,
  toUpdateThingGroupRequest,
  UpdateThingGroupInput,
} from './thing-group.input.js';
import {
  DeletedThingGroup,
  ThingGroup,
  ThingGroupConnection,
  toThingGroup,
  toThingGroupConnection,
} from './thing-group.type.js';

@Resolver(() => ThingGroup)
@UseFilters(GraphqlErrorFilter)
export class ThingGroupResolver {
  constructor(private readonly rpc: RpcClient) {}

  @Query(() => ThingGroup, { nullable: true, description: 'A thing group; null when there is none of that name.' })
  async thingGroup(
    @Args('name', { type: () => String, description: 'The name of the thing group.' }) name: string,
    @Context() { loaders }: GatewayContext,
  ): Promise<ThingGroup | null> {
    checkResourceName('thing group', name, 'name');
    const group = await loaders.thingGroups.load(name);
    return group === undefined ? null : toThingGroup(group);
  }

  @Query(() => ThingGroupConnection, {
    description: 'Thing groups, in the order of their names if no other is asked for.',
  })
  async thingGroups(@Args() args: ThingGroupsArgs): Promise<ThingGroupConnection> {
    const request = toListThingGroupsRequest(args);
    const page = await inTermsOf(LIST_THING_GROUPS_FIELDS, this.rpc.call(listThingGroups, request));
    return toThingGroupConnection(page, args);
  }

  @ObjectMutation('thingGroup', () => ThingGroup, {
    description:
      'Creates a thing group. The same name with the same configuration answers the existing one; with another it is the error ResourceAlreadyExists.',
  })
  async createThingGroup(
    @Args('input', { type: () => CreateThingGroupInput, description: 'The thing group to create.' })
    input: CreateThingGroupInput,
  ): Promise<ThingGroup> {
    const request = toCreateThingGroupRequest(input);
    return toThingGroup(await inTermsOf(THING_GROUP_FIELDS, this.rpc.call(createThingGroup, request)));
  }

  @ObjectMutation('thingGroup', () => ThingGroup, { description: 'Updates a thing group; its version grows by one.' })
  async updateThingGroup(
    @Args('input', { type: () => UpdateThingGroupInput, description: 'The update.' }) input: UpdateThingGroupInput,
  ): Promise<ThingGroup> {
    const request = toUpdateThingGroupRequest(input);
    return toThingGroup(await inTermsOf(THING_GROUP_FIELDS, this.rpc.call(updateThingGroup, request)));
  }

  @FactsMutation(DeletedThingGroup, {
    description: 'Deletes a thing group without groups below it; its things stay. One that is gone is no error.',
  })
  async deleteThingGroup(
    @Args('input', { type: () => DeleteThingGroupInput, description: 'The thing group to delete.' })
    { name, expectedVersion }: DeleteThingGroupInput,
  ): Promise<DeletedThingGroup> {
    const request = { thingGroupName: name, expectedVersion: expectedVersion ?? undefined };
    const { deleted } = await inTermsOf(THING_GROUP_FIELDS, this.rpc.call(deleteThingGroup, request));
    return { name, deleted };
  }
}
