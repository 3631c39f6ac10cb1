import { UseFilters } from '@nestjs/common';
import { Args, Context, Int, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import {
  attachThingPrincipal,
  createThing,
  detachThingPrincipal,
  listThings,
  type RequestOf,
} from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { checkPageSize, keyOfCursor, MAX_PAGE_SIZE } from '../connections/cursor.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import { Shadow, toShadow } from '../shadows/shadow.type.js';
import { Connectivity, toConnectivity } from './connectivity.type.js';
import { CreateThingInput, ThingPrincipal, ThingPrincipalInput } from './thing.input.js';
import { checkThingName } from './thing-name.js';
import { Thing, ThingConnection, toThing, toThingConnection } from './thing.type.js';

@Resolver(() => Thing)
@UseFilters(GraphqlErrorFilter)
export class ThingResolver {
  constructor(private readonly rpc: RpcClient) {}

  @Query(() => Thing, { nullable: true, description: 'A thing; null when there is none of that name.' })
  async thing(
    @Args('name', { type: () => String, description: 'The name of the thing.' }) name: string,
    @Context() { loaders }: GatewayContext,
  ): Promise<Thing | null> {
    checkThingName(name, 'name');
    const thing = await loaders.things.load(name);
    return thing === undefined ? null : toThing(thing);
  }

  @Query(() => ThingConnection, { description: 'All things, in the order of their names.' })
  async things(
    @Args('first', {
      type: () => Int,
      defaultValue: 50,
      description: `How many things to return: 1 to ${MAX_PAGE_SIZE}.`,
    })
    first: number,
    @Args('after', {
      type: () => String,
      nullable: true,
      description: 'Return things behind this cursor; those from the first on when it is left out.',
    })
    after: string | null | undefined,
  ): Promise<ThingConnection> {
    checkPageSize(first);
    const isFirst = after === undefined || after === null;
    const page = await this.rpc.call(listThings, {
      limit: first,
      ...(isFirst ? {} : { after: keyOfCursor(after) }),
    });
    return toThingConnection(page, isFirst);
  }

  @ResolveField(() => Connectivity, { description: "Whether the thing's device is connected." })
  async connectivity(@Parent() { name }: Thing, @Context() { loaders }: GatewayContext): Promise<Connectivity> {
    return toConnectivity(await loaders.connectivity.load(name));
  }

  @ResolveField(() => Shadow, { nullable: true, description: 'A shadow of the thing; null when it has none.' })
  async shadow(
    @Parent() thing: Thing,
    @Args('name', {
      type: () => String,
      nullable: true,
      description: 'The name of a named shadow; the classic shadow when it is left out.',
    })
    shadowName: string | null | undefined,
    @Context() { loaders }: GatewayContext,
  ): Promise<Shadow | null> {
    const document = await loaders.shadows(shadowName ?? undefined).load(thing.name);
    return document === undefined ? null : toShadow(document);
  }

  @Mutation(() => Thing, {
    description:
      'Creates a thing. The same name with the same attributes answers the existing thing; with others it is the error ResourceAlreadyExists.',
  })
  async createThing(
    @Args('input', { type: () => CreateThingInput, description: 'The thing to create.' })
    { name, attributes }: CreateThingInput,
  ): Promise<Thing> {
    // The contract checks that the attributes are an object of texts.
    const request = { thingName: name, attributes: attributes ?? {} } as RequestOf<typeof createThing>;
    return toThing(await this.rpc.call(createThing, request));
  }

  @Mutation(() => ThingPrincipal, {
    description: 'Attaches a certificate to a thing: its device may connect with it. Doing it again changes nothing.',
  })
  async attachThingPrincipal(
    @Args('input', { type: () => ThingPrincipalInput, description: 'The thing and the certificate.' })
    input: ThingPrincipalInput,
  ): Promise<ThingPrincipal> {
    await this.rpc.call(attachThingPrincipal, { ...input });
    return input;
  }

  @Mutation(() => ThingPrincipal, { description: 'Detaches a certificate from a thing.' })
  async detachThingPrincipal(
    @Args('input', { type: () => ThingPrincipalInput, description: 'The thing and the certificate.' })
    input: ThingPrincipalInput,
  ): Promise<ThingPrincipal> {
    await this.rpc.call(detachThingPrincipal, { ...input });
    return input;
  }
}
