import type {
  DeleteConnectionRequest,
  GetConnectionRequest,
  GetConnectionResponse,
  ListSubscriptionsRequest,
  ListSubscriptionsResponse,
} from '@aws-sdk/client-iot-data-plane';
import { type Connectivity, deleteConnection, getConnectivity, listSubscriptions } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { handler, type OperationHandlers } from '../operation-handler.js';

/** AWS: Data plane, connections. */
export const connectionHandlers: OperationHandlers = {
  GetConnection: handler<GetConnectionRequest, GetConnectionResponse>('viewer', async ({ rpc }, input) => {
    const { clientId, includeSocketInformation } = input;
    const { connectivity } = await rpc.call(getConnectivity, { clientIds: [clientId] });
    const [found] = connectivity;
    if (found === undefined) {
      throw new IotError('ResourceNotFound', `Client ${clientId} was never connected`, { details: { clientId } });
    }
    return toConnection(found, includeSocketInformation === true);
  }),

  DeleteConnection: handler<DeleteConnectionRequest>('operator', async ({ rpc }, input) => {
    const { clientId, cleanSession, preventWillMessage } = input;
    await rpc.call(deleteConnection, { clientId, cleanSession, preventWillMessage });
  }),

  ListSubscriptions: handler<ListSubscriptionsRequest, ListSubscriptionsResponse>(
    'viewer',
    async ({ rpc }, { clientId, nextToken, maxResults }) =>
      rpc.call(listSubscriptions, { clientId, nextToken, maxResults }),
  ),
};

function toConnection(connection: Connectivity, hasSocket: boolean): GetConnectionResponse {
  const { clientId, connected, thingName, cleanSession, keepAliveDuration, sessionExpiry } = connection;
  const { connectedSince, disconnectedSince, disconnectReason } = connection;
  const { sourceIp, sourcePort, targetIp, targetPort } = connection;
  return {
    ...{ clientId, connected, thingName, cleanSession, keepAliveDuration, sessionExpiry },
    ...(connected ? { connectedSince } : { disconnectedSince, disconnectReason }),
    ...(hasSocket && { sourceIp, sourcePort, targetIp, targetPort }),
  };
}
