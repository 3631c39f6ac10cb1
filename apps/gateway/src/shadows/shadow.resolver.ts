import { UseFilters } from '@nestjs/common';
import { Args, Context, Mutation, Parent, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import { deleteShadow, revertShadow, type ShadowAuthor, updateShadow } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { SHADOW_NAME_PATTERN } from '#thingcore/topics';
import { RpcClient } from '#thingcore/transport';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import type { GatewayContext, SubscriptionContext } from '../requests/gateway-context.js';
import { checkResourceName } from '../requests/resource-name.js';
import { ShadowUpdate } from './shadow-update.type.js';
import { ShadowUpdates } from './shadow-updates.js';
import {
  DeleteShadowInput,
  DeleteShadowPayload,
  RevertShadowInput,
  UpdateShadowInput,
  UpdateShadowPayload,
} from './shadow.input.js';
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
    @Context() context: GatewayContext,
  ): Promise<UpdateShadowPayload> {
    const key = { thingName, shadowName: shadowName ?? undefined };
    const payload = toUpdateRequest(request);
    const { accepted } = await this.rpc.call(updateShadow, { ...key, payload, author: authorOf(context) });
    return { accepted, ...key };
  }

  @Mutation(() => UpdateShadowPayload, {
    description:
      'Makes the desired state of a shadow what it was at an earlier version: an update like any other, with a version of its own.',
  })
  async revertShadow(
    @Args('input', { type: () => RevertShadowInput, description: 'What to bring back.' })
    { thingName, shadowName, toVersion, version, clientToken }: RevertShadowInput,
    @Context() context: GatewayContext,
  ): Promise<UpdateShadowPayload> {
    const key = { thingName, shadowName: shadowName ?? undefined };
    const request = { toVersion, version: version ?? undefined, clientToken: clientToken ?? undefined };
    const { accepted } = await this.rpc.call(revertShadow, { ...key, ...request, author: authorOf(context) });
    return { accepted, ...key };
  }

  @ResolveField(() => Shadow, { nullable: true, description: 'The whole shadow after the update.' })
  async shadow(
    @Parent() { thingName, shadowName }: UpdateShadowPayload,
    @Context() { loaders }: GatewayContext,
  ): Promise<Shadow | null> {
    const loaded = await loaders.shadows.documents(shadowName).load(thingName);
    return loaded === undefined ? null : toShadow(loaded.document, { ...loaded, shadowName });
  }

  @Mutation(() => DeleteShadowPayload, {
    description: 'Deletes a shadow. Its version counts on when it is created again within 48 hours.',
  })
  async deleteShadow(
    @Args('input', { type: () => DeleteShadowInput, description: 'The shadow.' })
    { thingName, shadowName, clientToken }: DeleteShadowInput,
    @Context() context: GatewayContext,
  ): Promise<DeleteShadowPayload> {
    const key = { thingName, shadowName: shadowName ?? undefined };
    const payload = toBase64({ clientToken: clientToken ?? undefined });
    const { deleted } = await this.rpc.call(deleteShadow, { ...key, payload, author: authorOf(context) });
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
    checkShadowName(name);
    return this.updates.subscribe(connection, thing, name ?? null);
  }
}

/** A subscription is seen by no service: for a name that cannot be it would wait for ever. */
function checkShadowName(name: string | null | undefined): void {
  if (name === undefined || name === null || SHADOW_NAME_PATTERN.test(name)) return;
  throw new IotError(
    'InvalidRequest',
    `${JSON.stringify(name)} is no name of a shadow: it must be 1 to 64 characters out of a-z, A-Z, 0-9, dollar, colon, underscore and hyphen`,
    { details: { field: 'name' } },
  );
}

/** What a device would publish, in base64. The shadow service judges it, so that there is one judge. */
function toUpdateRequest({ state, version, clientToken }: Omit<UpdateShadowInput, 'thingName' | 'shadowName'>): string {
  return toBase64({ state, version: version ?? undefined, clientToken: clientToken ?? undefined });
}

function toBase64(request: object): string {
  return Buffer.from(JSON.stringify(request)).toString('base64');
}

/** Who the history says it was. */
function authorOf({ caller }: GatewayContext): ShadowAuthor {
  return { origin: 'GRAPHQL', ...(caller === undefined ? {} : { principal: caller.name }) };
}
