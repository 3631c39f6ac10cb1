import type { IncomingHttpHeaders } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import {
  type CommandContract,
  type Connectivity,
  deleteConnection,
  getConnectivity,
  listSubscriptions,
  type ParsedRequestOf,
  type RequestOf,
  sendDirectMessage,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { ContractPipe } from '#thingcore/transport';
import { ConnectionOperations } from '../connection-operations/connection-operations.js';
import { ClientDirectory } from '../connectivity/client-directory.js';
import { BROKER_PROFILE, type BrokerProfile } from '../profile/broker-profile.js';
import type { Answer } from './answer.js';
import type { HttpCaller } from './http-callers.js';
import { readMessageHead, withPayload } from './publish-request.js';

/** AWS IoT data plane, ListSubscriptions: 1 to 200. */
const MOST_SUBSCRIPTIONS = 200;

/** AWS IoT data plane, SendDirectMessage: seconds. */
const LONGEST_WAIT = 15;

/** What is asked of the connections of other clients over HTTPS. AWS: iotdata, connections. */
@Injectable()
export class ClientConnections {
  constructor(
    private readonly directory: ClientDirectory,
    private readonly operations: ConnectionOperations,
    @Inject(BROKER_PROFILE) private readonly profile: BrokerProfile,
  ) {}

  /** AWS: GetConnection. Throws `ResourceNotFound`, `Forbidden`. */
  async get(caller: HttpCaller, clientId: string, query: URLSearchParams): Promise<Answer['body']> {
    caller.mayUseConnection('GetConnection', clientId);
    const hasSocket = flag(query, 'includeSocketInformation');
    const { clientIds } = checked(getConnectivity, { clientIds: [clientId] });
    const [found] = await this.directory.connectivity(clientIds);
    if (found !== undefined) return toConnection(found, hasSocket);
    throw new IotError('ResourceNotFound', `Client ${clientId} was never connected`, { details: { clientId } });
  }

  /** AWS: DeleteConnection. Throws `ResourceNotFound`, `Forbidden`. */
  async delete(caller: HttpCaller, clientId: string, query: URLSearchParams): Promise<Answer['body']> {
    caller.mayUseConnection('DeleteConnection', clientId);
    const cleanSession = flag(query, 'cleanSession');
    const preventWillMessage = flag(query, 'preventWillMessage');
    await this.operations.delete(checked(deleteConnection, { clientId, cleanSession, preventWillMessage }));
    return {};
  }

  /** AWS: ListSubscriptions. Throws `ResourceNotFound`, `Forbidden`, `InvalidRequest`. */
  async subscriptions(caller: HttpCaller, clientId: string, query: URLSearchParams): Promise<Answer['body']> {
    caller.mayUseConnection('ListSubscriptions', clientId);
    const nextToken = query.get('nextToken') ?? undefined;
    const maxResults = count(query, 'maxResults', MOST_SUBSCRIPTIONS);
    return this.operations.subscriptionPage(checked(listSubscriptions, { clientId, nextToken, maxResults }));
  }

  /** AWS: SendDirectMessage. Throws `ResourceNotFound`, `Forbidden`, `InvalidRequest`, `GatewayTimeout`. */
  async send(
    caller: HttpCaller,
    clientId: string,
    query: URLSearchParams,
    headers: IncomingHttpHeaders,
    read: () => Promise<Buffer>,
  ): Promise<void> {
    caller.mayUseConnection('SendDirectMessage', clientId);
    const confirmation = flag(query, 'confirmation');
    const timeout = count(query, 'timeout', LONGEST_WAIT);
    const head = readMessageHead(query.get('topic') ?? '', query, headers, this.profile);
    const { topic, properties, payload } = withPayload(head, await read());
    const message = { clientId, topic, confirmation, timeout, properties, payload: payload.toString('base64') };
    await this.operations.send(checked(sendDirectMessage, message));
  }
}

/** What is asked here keeps to the same rules as a command of GraphQL. Throws `InvalidRequest`. */
function checked<C extends CommandContract>(contract: C, request: RequestOf<C>): ParsedRequestOf<C> {
  return new ContractPipe(contract).transform(request) as ParsedRequestOf<C>;
}

function toConnection(connection: Connectivity, hasSocket: boolean): Answer['body'] {
  const { clientId, connected, thingName, cleanSession, keepAliveDuration, sessionExpiry } = connection;
  const { connectedSince, disconnectedSince, disconnectReason } = connection;
  const { sourceIp, sourcePort, targetIp, targetPort } = connection;
  return {
    ...{ clientId, connected, thingName, cleanSession, keepAliveDuration, sessionExpiry },
    ...(connected ? { connectedSince } : { disconnectedSince, disconnectReason }),
    ...(hasSocket && { sourceIp, sourcePort, targetIp, targetPort }),
  };
}

function flag(query: URLSearchParams, name: string): boolean {
  const text = query.get(name) ?? 'false';
  if (text === 'true' || text === 'false') return text === 'true';
  throw new IotError('InvalidRequest', `${name} is true or false, not "${text}"`);
}

function count(query: URLSearchParams, name: string, most: number): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const value = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= most) return value;
  throw new IotError('InvalidRequest', `${name} is a number from 1 to ${most}, not "${text}"`);
}
