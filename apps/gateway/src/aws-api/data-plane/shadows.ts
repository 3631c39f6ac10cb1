import type {
  DeleteThingShadowRequest,
  DeleteThingShadowResponse,
  GetThingShadowRequest,
  GetThingShadowResponse,
  ListNamedShadowsForThingRequest,
  ListNamedShadowsForThingResponse,
  UpdateThingShadowRequest,
  UpdateThingShadowResponse,
} from '@aws-sdk/client-iot-data-plane';
import { deleteShadow, getShadow, listNamedShadows, updateShadow } from '#thingcore/contracts';
import type { Caller } from '../../access/caller.js';
import { handler, type OperationHandlers } from '../operation-handler.js';
import { pageOf } from '../pages.js';

/** AWS: Data plane, device shadows. A document travels as the body. */
export const shadowHandlers: OperationHandlers = {
  GetThingShadow: handler<GetThingShadowRequest, GetThingShadowResponse>(
    'viewer',
    async ({ rpc }, { thingName, shadowName }) => {
      const { document } = await rpc.call(getShadow, { thingName, shadowName });
      return { payload: bytesOf(document) };
    },
  ),

  UpdateThingShadow: handler<UpdateThingShadowRequest, UpdateThingShadowResponse>(
    'operator',
    async ({ rpc, caller }, { thingName, shadowName, payload }) => {
      const { accepted } = await rpc.call(updateShadow, {
        ...{ thingName, shadowName, author: authorOf(caller) },
        payload: Buffer.from(payload).toString('base64'),
      });
      return { payload: bytesOf(accepted) };
    },
  ),

  DeleteThingShadow: handler<DeleteThingShadowRequest, DeleteThingShadowResponse>(
    'operator',
    async ({ rpc, caller }, { thingName, shadowName }) => {
      const { deleted } = await rpc.call(deleteShadow, { thingName, shadowName, author: authorOf(caller) });
      return { payload: bytesOf(deleted) };
    },
  ),

  ListNamedShadowsForThing: handler<ListNamedShadowsForThingRequest, ListNamedShadowsForThingResponse>(
    'viewer',
    async ({ rpc, now }, input) => {
      const { thingName } = input;
      const { things } = await rpc.call(listNamedShadows, { thingNames: [thingName], ...pageOf(input) });
      const { shadowNames = [], nextToken } = things[0] ?? {};
      return { results: shadowNames, nextToken, timestamp: Math.floor(now / 1_000) };
    },
  ),
};

function authorOf({ name }: Caller) {
  return { origin: 'HTTP', principal: name } as const;
}

function bytesOf(document: object): Buffer {
  return Buffer.from(JSON.stringify(document));
}
