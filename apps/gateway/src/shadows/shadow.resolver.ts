import { UseFilters } from '@nestjs/common';
import { Args, Context, Resolver } from '@nestjs/graphql';
import { deleteShadow, revertShadow, type ShadowAuthor, updateShadow } from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { FactsMutation } from '../mutations/payload-mutation.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import {
  DeleteShadowInput,
  DeletedShadow,
  RevertShadowInput,
  UpdateShadowInput,
  AcceptedShadowUpdate,
} from './shadow.input.js';
import { Shadow, toShadow } from './shadow.type.js';

@Resolver(() => Shadow)
@UseFilters(GraphqlErrorFilter)
export class ShadowResolver {
  constructor(private readonly rpc: RpcClient) {}

  @FactsMutation(AcceptedShadowUpdate, {
    description: 'Updates a shadow. Its device is told just as if the update had come over MQTT.',
  })
  async updateShadow(
    @Args('input', { type: () => UpdateShadowInput, description: 'The update.' })
    { thingName, shadowName, ...request }: UpdateShadowInput,
    @Context() context: GatewayContext,
  ): Promise<AcceptedShadowUpdate> {
    const key = { thingName, shadowName: shadowName ?? undefined };
    const payload = toUpdateRequest(request);
    const { accepted } = await this.rpc.call(updateShadow, { ...key, payload, author: authorOf(context) });
    return new AcceptedShadowUpdate(accepted, () => shadowOf(key, context));
  }

  @FactsMutation(AcceptedShadowUpdate, {
    description:
      'Makes the desired state of a shadow what it was at an earlier version: an update like any other, with a version of its own.',
  })
  async revertShadow(
    @Args('input', { type: () => RevertShadowInput, description: 'What to bring back.' })
    { thingName, shadowName, toVersion, version, clientToken }: RevertShadowInput,
    @Context() context: GatewayContext,
  ): Promise<AcceptedShadowUpdate> {
    const key = { thingName, shadowName: shadowName ?? undefined };
    const request = { toVersion, version: version ?? undefined, clientToken: clientToken ?? undefined };
    const { accepted } = await this.rpc.call(revertShadow, { ...key, ...request, author: authorOf(context) });
    return new AcceptedShadowUpdate(accepted, () => shadowOf(key, context));
  }

  @FactsMutation(DeletedShadow, {
    description: 'Deletes a shadow. Its version counts on when it is created again within 48 hours.',
  })
  async deleteShadow(
    @Args('input', { type: () => DeleteShadowInput, description: 'The shadow.' })
    { thingName, shadowName, clientToken }: DeleteShadowInput,
    @Context() context: GatewayContext,
  ): Promise<DeletedShadow> {
    const key = { thingName, shadowName: shadowName ?? undefined };
    const payload = toBase64({ clientToken: clientToken ?? undefined });
    const { deleted } = await this.rpc.call(deleteShadow, { ...key, payload, author: authorOf(context) });
    return { accepted: deleted };
  }
}

async function shadowOf(
  { thingName, shadowName }: { thingName: string; shadowName: string | undefined },
  { loaders }: GatewayContext,
): Promise<Shadow | null> {
  const loaded = await loaders.shadows.documents(shadowName).load(thingName);
  return loaded === undefined ? null : toShadow(loaded.document, { ...loaded, shadowName });
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
