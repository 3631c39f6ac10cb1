import type {
  DisconnectReasonValue,
  GetThingConnectivityDataRequest,
  GetThingConnectivityDataResponse,
} from '@aws-sdk/client-iot';
import { type Connectivity, getConnectivityOfThings, getThings } from '#thingcore/contracts';
import { inTermsOf } from '../../errors/field-names.js';
import { handler, type OperationHandlers } from '../operation-handler.js';
import { onlyOne } from './members.js';

/** AWS: Control plane, the connections of things. It needs no fleet indexing here. */
export const thingConnectivityHandlers: OperationHandlers = {
  GetThingConnectivityData: handler<GetThingConnectivityDataRequest, GetThingConnectivityDataResponse>(
    'viewer',
    async ({ rpc }, { thingName, includeSocketInformation }) => {
      const thingNames = [thingName];
      const found = await inTermsOf({ 'thingNames.0': 'thingName' }, rpc.call(getThings, { thingNames }));
      onlyOne(found.things, 'Thing', thingName);
      const { things } = await rpc.call(getConnectivityOfThings, { thingNames });
      const connectivity = things[0]?.connectivity;
      // AWS: of a thing that was never connected nothing else is known.
      if (connectivity === undefined) return { thingName, connected: false };
      return { thingName, ...toConnectivity(connectivity, includeSocketInformation === true) };
    },
  ),
};

function toConnectivity(connectivity: Connectivity, hasSocket: boolean): GetThingConnectivityDataResponse {
  const { connected, timestamp, disconnectReason, clientId } = connectivity;
  const { keepAliveDuration, cleanSession, sessionExpiry } = connectivity;
  const { sourceIp, sourcePort, targetIp, targetPort } = connectivity;
  return {
    ...{ connected, clientId, keepAliveDuration, cleanSession, sessionExpiry },
    timestamp: new Date(timestamp),
    ...(!connected && { disconnectReason: disconnectReason as DisconnectReasonValue }),
    ...(hasSocket && { sourceIp, sourcePort, targetIp, targetPort }),
  };
}
