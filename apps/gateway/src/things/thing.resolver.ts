import { UseFilters } from '@nestjs/common';
import { Args, Context, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { createThing, deleteThing, listThings, type RequestOf, updateThing } from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { inTermsOf } from '../errors/field-names.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { FactsMutation, ObjectMutation } from '../mutations/payload-mutation.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import { checkResourceName } from '../requests/resource-name.js';
import { Connectivity, toConnectivity } from './connectivity.type.js';
import { LIST_THINGS_FIELDS, ThingsArgs, toListThingsRequest } from './thing.args.js';
import {
  CreateThingInput,
  DeleteThingInput,
  THING_FIELDS,
  toCreateThingRequest,
  toUpdateThingRequest,
  UpdateThingInput,
} from './thing.input.js';
import { thingsByConnectivity } from './things-by-connectivity.js';
import { DeletedThing, Thing, ThingConnection, toThing, toThingConnection } from './thing.type.js';

@Resolver(() => Thing)
@UseFilters(GraphqlErrorFilter)
export class ThingResolver {
  constructor(private readonly rpc: RpcClient) {}

  @Query(() => Thing, { nullable: true, description: 'A thing; null when there is none of that name.' })
  async thing(
    @Args('name', { type: () => String, description: 'The name of the thing.' }) name: string,
    @Context() { loaders }: GatewayContext,
  ): Promise<Thing | null> {
    checkResourceName('thing', name, 'name');
    const thing = await loaders.things.load(name);
    return thing === undefined ? null : toThing(thing);
  }

  @Query(() => ThingConnection, { description: 'Things, in the order of their names if no other is asked for.' })
  async things(@Args() args: ThingsArgs, @Context() { loaders }: GatewayContext): Promise<ThingConnection> {
    const list = (request: RequestOf<typeof listThings>) =>
      inTermsOf(LIST_THINGS_FIELDS, this.rpc.call(listThings, request));
    const request = toListThingsRequest(args);
    const connected = args.filter?.connected ?? undefined;
    const page =
      connected === undefined ? await list(request) : await thingsByConnectivity(list, loaders, request, connected);
    return toThingConnection(page, args);
  }

  @ResolveField(() => Connectivity, { description: "Whether the thing's device is connected." })
  async connectivity(@Parent() { name }: Thing, @Context() { loaders }: GatewayContext): Promise<Connectivity> {
    return toConnectivity(await loaders.connectivityOfThings.load(name));
  }

  @ObjectMutation('thing', () => Thing, {
    description:
      'Creates a thing. The same name with the same type, billing group and attributes answers the existing thing; with others it is the error ResourceAlreadyExists.',
  })
  async createThing(
    @Args('input', { type: () => CreateThingInput, description: 'The thing to create.' }) input: CreateThingInput,
  ): Promise<Thing> {
    return toThing(await inTermsOf(THING_FIELDS, this.rpc.call(createThing, toCreateThingRequest(input))));
  }

  @ObjectMutation('thing', () => Thing, {
    description: 'Updates the attributes and the type of a thing; its version grows by one.',
  })
  async updateThing(
    @Args('input', { type: () => UpdateThingInput, description: 'The update.' }) input: UpdateThingInput,
  ): Promise<Thing> {
    return toThing(await inTermsOf(THING_FIELDS, this.rpc.call(updateThing, toUpdateThingRequest(input))));
  }

  @FactsMutation(DeletedThing, {
    description: 'Deletes a thing. One with principals is refused: detach them first. One that is gone is no error.',
  })
  async deleteThing(
    @Args('input', { type: () => DeleteThingInput, description: 'The thing to delete.' })
    { name, expectedVersion }: DeleteThingInput,
  ): Promise<DeletedThing> {
    const request = { thingName: name, expectedVersion: expectedVersion ?? undefined };
    const { deleted } = await inTermsOf(THING_FIELDS, this.rpc.call(deleteThing, request));
    return { name, deleted };
  }
}
