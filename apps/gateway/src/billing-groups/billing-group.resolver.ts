import { UseFilters } from '@nestjs/common';
import { Args, Context, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { createBillingGroup, deleteBillingGroup, listBillingGroups, updateBillingGroup } from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { toNamedConnection, toNamedPageRequest } from '../connections/named-order.js';
import { PAGE_FIELDS } from '../connections/page.args.js';
import { toTwoWayPageRequest, TwoWayPageArgs } from '../connections/two-way-page.args.js';
import { inTermsOf } from '../errors/field-names.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { FactsMutation, ObjectMutation } from '../mutations/payload-mutation.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import { checkResourceName } from '../requests/resource-name.js';
import { JsonScalar } from '../scalars/json.scalar.js';
import { asStringMap } from '../scalars/string-map.js';
import { ThingConnection, toThingConnection } from '../things/thing.type.js';
import {
  BILLING_GROUP_FIELDS,
  BillingGroupsArgs,
  CreateBillingGroupInput,
  DeleteBillingGroupInput,
  LIST_BILLING_GROUPS_FIELDS,
  UpdateBillingGroupInput,
} from './billing-group.input.js';
import { BillingGroup, BillingGroupConnection, DeletedBillingGroup, toBillingGroup } from './billing-group.type.js';

@Resolver(() => BillingGroup)
@UseFilters(GraphqlErrorFilter)
export class BillingGroupResolver {
  constructor(private readonly rpc: RpcClient) {}

  @Query(() => BillingGroup, { nullable: true, description: 'A billing group; null when there is none of that name.' })
  async billingGroup(
    @Args('name', { type: () => String, description: 'The name of the billing group.' }) name: string,
    @Context() { loaders }: GatewayContext,
  ): Promise<BillingGroup | null> {
    checkResourceName('billing group', name, 'name');
    const group = await loaders.billingGroups.load(name);
    return group === undefined ? null : toBillingGroup(group);
  }

  @Query(() => BillingGroupConnection, {
    description: 'Billing groups, in the order of their names if no other is asked for.',
  })
  async billingGroups(@Args() { filter, ...page }: BillingGroupsArgs): Promise<BillingGroupConnection> {
    const request = { namePrefix: filter?.namePrefix ?? undefined, ...toNamedPageRequest(page) };
    const reply = await inTermsOf(LIST_BILLING_GROUPS_FIELDS, this.rpc.call(listBillingGroups, request));
    return toNamedConnection(reply.billingGroups.map(toBillingGroup), reply.nextToken, page);
  }

  @ResolveField(() => ThingConnection, { description: 'The things in it, in the order of their names.' })
  async things(
    @Parent() { name }: BillingGroup,
    @Args() page: TwoWayPageArgs,
    @Context() { loaders }: GatewayContext,
  ): Promise<ThingConnection> {
    const request = { billingGroupName: name, ...toTwoWayPageRequest(page) };
    return toThingConnection(await inTermsOf(PAGE_FIELDS, loaders.thingLists.load(request)), page);
  }

  @ResolveField(() => JsonScalar, { description: 'Its tags: an object of texts.' })
  async tags(@Parent() { arn }: BillingGroup, @Context() { loaders }: GatewayContext): Promise<Record<string, string>> {
    return (await loaders.tags.load(arn)) ?? {};
  }

  @ObjectMutation('billingGroup', () => BillingGroup, {
    description:
      'Creates a billing group. The same name with the same description answers the existing one; with another it is the error ResourceAlreadyExists.',
  })
  async createBillingGroup(
    @Args('input', { type: () => CreateBillingGroupInput, description: 'The billing group to create.' })
    { name, description, tags }: CreateBillingGroupInput,
  ): Promise<BillingGroup> {
    const request = { billingGroupName: name, description: description ?? undefined, tags: asStringMap(tags) };
    return toBillingGroup(await inTermsOf(BILLING_GROUP_FIELDS, this.rpc.call(createBillingGroup, request)));
  }

  @ObjectMutation('billingGroup', () => BillingGroup, {
    description: 'Updates a billing group; its version grows by one.',
  })
  async updateBillingGroup(
    @Args('input', { type: () => UpdateBillingGroupInput, description: 'The update.' })
    { name, description, expectedVersion }: UpdateBillingGroupInput,
  ): Promise<BillingGroup> {
    const request = { billingGroupName: name, description, expectedVersion: expectedVersion ?? undefined };
    return toBillingGroup(await inTermsOf(BILLING_GROUP_FIELDS, this.rpc.call(updateBillingGroup, request)));
  }

  @FactsMutation(DeletedBillingGroup, {
    description: 'Deletes a billing group; its things stay. One that is gone is no error.',
  })
  async deleteBillingGroup(
    @Args('input', { type: () => DeleteBillingGroupInput, description: 'The billing group to delete.' })
    { name, expectedVersion }: DeleteBillingGroupInput,
  ): Promise<DeletedBillingGroup> {
    const request = { billingGroupName: name, expectedVersion: expectedVersion ?? undefined };
    const { deleted } = await inTermsOf(BILLING_GROUP_FIELDS, this.rpc.call(deleteBillingGroup, request));
    return { name, deleted };
  }
}
