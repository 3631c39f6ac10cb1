import { UseFilters } from '@nestjs/common';
import { Args, Context, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import {
  createThingType,
  deleteThingType,
  deprecateThingType,
  listThingTypes,
  updateThingType,
} from '#thingcore/contracts';
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
import { ThingConnection, toThingConnection } from '../things/thing.type.js';
import { TypedThings } from '../typed-things/typed-things.js';
import {
  asShadowSchema,
  CreateThingTypeInput,
  DeprecateThingTypeInput,
  LIST_THING_TYPES_FIELDS,
  THING_TYPE_FIELDS,
  ThingTypesArgs,
  toCreateThingTypeRequest,
  UpdateThingTypeInput,
} from './thing-type.input.js';
import { DeletedThingType, ThingType, ThingTypeConnection, toThingType } from './thing-type.type.js';

@Resolver(() => ThingType)
@UseFilters(GraphqlErrorFilter)
export class ThingTypeResolver {
  constructor(
    private readonly rpc: RpcClient,
    private readonly typedThings: TypedThings,
  ) {}

  @Query(() => ThingType, { nullable: true, description: 'A thing type; null when there is none of that name.' })
  async thingType(
    @Args('name', { type: () => String, description: 'The name of the thing type.' }) name: string,
    @Context() { loaders }: GatewayContext,
  ): Promise<ThingType | null> {
    checkResourceName('thing type', name, 'name');
    const type = await loaders.thingTypes.load(name);
    return type === undefined ? null : toThingType(type);
  }

  @Query(() => ThingTypeConnection, {
    description: 'Thing types, in the order of their names if no other is asked for.',
  })
  async thingTypes(@Args() { filter, ...page }: ThingTypesArgs): Promise<ThingTypeConnection> {
    const request = { namePrefix: filter?.namePrefix ?? undefined, ...toNamedPageRequest(page) };
    const reply = await inTermsOf(LIST_THING_TYPES_FIELDS, this.rpc.call(listThingTypes, request));
    return toNamedConnection(reply.thingTypes.map(toThingType), reply.nextToken, page);
  }

  @ResolveField(() => ThingConnection, { description: 'The things that have the type, in the order of their names.' })
  async things(
    @Parent() { name }: ThingType,
    @Args() page: TwoWayPageArgs,
    @Context() { loaders }: GatewayContext,
  ): Promise<ThingConnection> {
    const request = { thingTypeName: name, ...toTwoWayPageRequest(page) };
    return toThingConnection(await inTermsOf(PAGE_FIELDS, loaders.thingLists.load(request)), page);
  }

  @ResolveField(() => JsonScalar, { description: 'Its tags: an object of texts.' })
  async tags(@Parent() { arn }: ThingType, @Context() { loaders }: GatewayContext): Promise<Record<string, string>> {
    return (await loaders.tags.load(arn)) ?? {};
  }

  @ObjectMutation('thingType', () => ThingType, {
    description:
      'Creates a thing type. The same name with the same properties answers the existing one; with others it is the error ResourceAlreadyExists.',
  })
  async createThingType(
    @Args('input', { type: () => CreateThingTypeInput, description: 'The thing type to create.' })
    input: CreateThingTypeInput,
  ): Promise<ThingType> {
    this.typedThings.check(input.name, input.shadowSchema);
    const request = toCreateThingTypeRequest(input);
    return toThingType(await inTermsOf(THING_TYPE_FIELDS, this.rpc.call(createThingType, request)));
  }

  @ObjectMutation('thingType', () => ThingType, { description: 'Updates a thing type.' })
  async updateThingType(
    @Args('input', { type: () => UpdateThingTypeInput, description: 'The update.' })
    { name, description, searchableAttributes, shadowSchema }: UpdateThingTypeInput,
  ): Promise<ThingType> {
    this.typedThings.check(name, shadowSchema);
    const request = {
      thingTypeName: name,
      description: description ?? undefined,
      searchableAttributes: searchableAttributes ?? undefined,
      shadowSchema: asShadowSchema(shadowSchema),
    };
    return toThingType(await inTermsOf(THING_TYPE_FIELDS, this.rpc.call(updateThingType, request)));
  }

  @ObjectMutation('thingType', () => ThingType, {
    description: 'Deprecates a thing type, so that no further thing can have it, or takes that back.',
  })
  async deprecateThingType(
    @Args('input', { type: () => DeprecateThingTypeInput, description: 'The thing type.' })
    { name, undo }: DeprecateThingTypeInput,
  ): Promise<ThingType> {
    const request = { thingTypeName: name, undoDeprecate: undo };
    return toThingType(await inTermsOf(THING_TYPE_FIELDS, this.rpc.call(deprecateThingType, request)));
  }

  @FactsMutation(DeletedThingType, {
    description: 'Deletes a thing type that has been deprecated for five minutes and that no thing has.',
  })
  async deleteThingType(
    @Args('name', { type: () => String, description: 'The name of the thing type.' }) name: string,
  ): Promise<DeletedThingType> {
    await inTermsOf(THING_TYPE_FIELDS, this.rpc.call(deleteThingType, { thingTypeName: name }));
    return { name };
  }
}
