import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { IdGenerator, Logger } from '#thingcore/platform';
import { RpcClient, withCorrelationId } from '#thingcore/transport';
import type { Caller } from '../access/caller.js';
import { type Credential, credentialOfConnectionParams, credentialOfHeaders } from '../access/credential.js';
import { SessionWatch } from '../access/session-watch.js';
import { Loaders } from '../batching/loaders.js';
import { PublicError } from '../errors/public-error.js';
import { GatewayMetrics, type OpenConnections } from '../metrics/gateway-metrics.js';
import { SubscriptionMetrics } from '../subscriptions/subscription-metrics.js';
import { ClientAddresses } from './client-address.js';
import { ClientConnection, type ClientSocket } from './client-connection.js';
import { clientMessageFault } from './client-message.js';
import { RequestGate } from './request-gate.js';

/** How long a client may take from the upgrade to `connection_init`, in milliseconds. */
const INIT_LIMIT_MS = 10_000;

/** How long clients may take to answer the closing handshake in milliseconds. */
const CLOSE_LIMIT_MS = 500;

/** A close frame has room for a reason of 123 bytes; a character that is cut through becomes one of three bytes. */
const CLOSE_REASON_BYTES = 120;

/** Close codes; those from 4000 up are of the protocol graphql-transport-ws. */
const GOING_AWAY = 1001;
const TRY_AGAIN_LATER = 1013;
const BAD_REQUEST = 4400;
const FORBIDDEN = 4403;
const TOO_MANY_INITIALISATION_REQUESTS = 4429;

interface Handshake {
  readonly request: FastifyRequest;
  readonly initTimer: NodeJS.Timeout;
  connection?: ClientConnection;
}

/**
 * Lets WebSockets in. The GraphQL server asks about one connection in two places, the first with its socket, the
 * second with its credentials; an async scope around the connection brings the two together.
 */
@Injectable()
export class WebSocketGate {
  private readonly handshakes = new AsyncLocalStorage<Handshake>();
  private readonly connections = new Set<ClientConnection>();

  constructor(
    private readonly requests: RequestGate,
    private readonly addresses: ClientAddresses,
    private readonly sessions: SessionWatch,
    private readonly rpc: RpcClient,
    private readonly ids: IdGenerator,
    private readonly logger: Logger,
    private readonly subscriptions: SubscriptionMetrics,
    metrics: GatewayMetrics,
  ) {
    metrics.watch(() => this.countOpen());
  }

  /** Begins the scope of a connection at its upgrade request. */
  enter(request: FastifyRequest, proceed: () => void): void {
    const { socket } = request.raw;
    const initTimer = setTimeout(() => socket.destroy(), INIT_LIMIT_MS);
    socket.once('close', () => clearTimeout(initTimer));
    withCorrelationId(this.ids.uuid(), () => this.handshakes.run({ request, initTimer }, proceed));
  }

  /** A client has sent `connection_init` over this socket. */
  open(socket: ClientSocket): { connection: ClientConnection; loaders: Loaders } {
    const handshake = this.handshake();
    if (handshake.connection !== undefined) {
      socket.close(TOO_MANY_INITIALISATION_REQUESTS, 'Too many initialisation requests');
      throw new Error('A client has sent connection_init twice');
    }
    clearTimeout(handshake.initTimer);
    const connection = new ClientConnection(socket, this.subscriptions.cutSlow);
    handshake.connection = connection;
    this.connections.add(connection);
    socket.once('close', () => this.connections.delete(connection));
    // Before the server hears it: graphql-transport-ws, "Invalid message" closes the connection with 4400.
    socket.prependListener('message', (data) => {
      const fault = clientMessageFault(data.toString());
      if (fault !== undefined) socket.close(BAD_REQUEST, fault);
    });
    return { connection, loaders: new Loaders(this.rpc) };
  }

  /** Checks the credential in the headers of the upgrade or in the payload of `connection_init`; closes without a valid one. */
  async authenticate(payload: unknown): Promise<{ caller: Caller } | false> {
    const { request, connection } = this.handshake();
    const credential = credentialOfHeaders(request.headers) ?? credentialOfConnectionParams(payload);
    try {
      const caller = await this.requests.authenticate(credential, this.addresses.of(request));
      if (connection !== undefined && credential !== undefined) this.watch(connection, caller, credential);
      return { caller };
    } catch (error) {
      if (error instanceof PublicError) {
        connection?.socket.close(FORBIDDEN, reasonFor(credential, error));
      } else {
        this.logger.warn('a credential could not be checked', { error: String(error) });
        connection?.socket.close(TRY_AGAIN_LATER, 'Keys and tokens cannot be checked at the moment');
      }
      return false;
    }
  }

  /** Says goodbye to all clients; those that do not answer are cut off. */
  async closeAll(): Promise<void> {
    for (const { socket } of this.connections) socket.close(GOING_AWAY, 'The gateway is stopping');
    const deadline = new AbortController();
    const allClosed = [...this.connections].map(
      ({ socket }) => new Promise<void>((resolve) => socket.once('close', resolve)),
    );
    await Promise.race([
      Promise.all(allClosed),
      sleep(CLOSE_LIMIT_MS, undefined, { signal: deadline.signal }).catch(() => undefined),
    ]);
    deadline.abort();
    for (const { socket } of this.connections) socket.terminate();
  }

  /** Closes the connection when its credential ends; a client that does not answer is cut off, for it may read on. */
  private watch(connection: ClientConnection, caller: Caller, credential: Credential): void {
    // It may have gone away while its credential was checked.
    if (!this.connections.has(connection)) return;
    const { socket } = connection;
    const unwatch = this.sessions.watch({
      caller,
      credential,
      end: (reason) => {
        socket.close(FORBIDDEN, reason);
        const timer = setTimeout(() => socket.terminate(), CLOSE_LIMIT_MS);
        socket.once('close', () => clearTimeout(timer));
      },
    });
    socket.once('close', unwatch);
  }

  private countOpen(): OpenConnections {
    let subscriptions = 0;
    for (const { subscriptionCount } of this.connections) subscriptions += subscriptionCount;
    return { connections: this.connections.size, subscriptions };
  }

  private handshake(): Handshake {
    const handshake = this.handshakes.getStore();
    if (handshake === undefined) throw new Error('A WebSocket came in past its gate');
    return handshake;
  }
}

/** What is wrong with a token is said, as far as there is room; of a key there is nothing to say. */
function reasonFor(credential: Credential | undefined, { message }: PublicError): string {
  return credential?.kind === 'token' ? Buffer.from(message).subarray(0, CLOSE_REASON_BYTES).toString() : 'Forbidden';
}
