import { UseFilters } from '@nestjs/common';
import { Args, Context, Mutation, Parent, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import { deleteShadow, updateShadow } from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import type { GatewayContext, SubscriptionContext } from '../requests/gateway-context.js';
import { checkResourceName } from '../requests/resource-name.js';
import { ShadowUpdate } from './shadow-update.type.js';
import { ShadowUpdates } from './shadow-updates.js';
import { DeleteShadowInput, DeleteShadowPayload, UpdateShadowInput, UpdateShadowPayload } from './shadow.input.js';
import { Shadow, toShadow } from './shadow.type.js';

@Resolver(() => UpdateShadowPayload)
@UseFilters(GraphqlErrorFilter)
export class ShadowResolver {
  constructor(
    private readonly rpc: RpcClient,
    private readonly updates: ShadowUpdates,
  ) {}

  @Mutation(() => UpdateShadowPayload, {
    description: 'Updates a shadow. Its device is told just as if the update had come over MQTT.',
  })
  async updateShadow(
    @Args('input', { type: () => UpdateShadowInput, description: 'The update.' })
    { thingName, shadowName, ...request }: UpdateShadowInput,
  ): Promise<UpdateShadowPayload> {
    const key = { thingName, shadowName: shadowName ?? undefined };
    const { accepted } = await this.rpc.call(updateShadow, { ...key, payload: toUpdateRequest(request) });
    return { accepted, ...key };
  }

  @ResolveField(() => Shadow, { nullable: true, description: 'The whole shadow after the update.' })
  async shadow(
    @Parent() { thingName, shadowName }: UpdateShadowPayload,
    @Context() { loaders }: GatewayContext,
  ): Promise<Shadow | null> {
    const document = await loaders.shadows(shadowName).load(thingName);
    return document === undefined ? null : toShadow(document);
  }

  @Mutation(() => DeleteShadowPayload, {
    description: 'Deletes a shadow. Its version counts on when it is created again within 48 hours.',
  })
  async deleteShadow(
    @Args('input', { type: () => DeleteShadowInput, description: 'The shadow.' })
    { thingName, shadowName }: DeleteShadowInput,
  ): Promise<DeleteShadowPayload> {
    const { deleted } = await this.rpc.call(deleteShadow, { thingName, shadowName: shadowName ?? undefined });
    return { accepted: deleted };
  }

  @Subscription(() => ShadowUpdate, {
    description: 'The updates of a shadow from now on.',
    resolve: (update: ShadowUpdate) => update,
  })
  shadowUpdated(
    @Args('thing', { type: () => String, description: 'The name of the thing.' }) thing: string,
    @Args('name', {
      type: () => String,
      nullable: true,
      description: 'The name of a named shadow; the classic shadow when it is left out.',
    })
    name: string | null | undefined,
    @Context() { connection }: SubscriptionContext,
  ): AsyncIterableIterator<ShadowUpdate> {
    checkResourceName('thing', thing, 'thing');
    return this.updates.subscribe(connection, thing, name ?? null);
  }
}

/** What a device would publish, in base64. The shadow service judges it, so that there is one judge. */
function toUpdateRequest({ state, version, clientToken }: Omit<UpdateShadowInput, 'thingName' | 'shadowName'>): string {
  const request = { state, version: version ?? undefined, clientToken: clientToken ?? undefined };
  return Buffer.from(JSON.stringify(request)).toString('base64');
}
