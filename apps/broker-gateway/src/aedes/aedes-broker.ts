import type { Duplex } from 'node:stream';
import {
  Aedes,
  type AedesPublishPacket,
  type AuthenticateError,
  type Client,
  type ConnectPacket,
  type PublishPacket,
} from 'aedes';
import { IotError, reviveError } from '#thingcore/errors';
import type { ConnectRequest, Connection, DisconnectReason, Peer } from '../connection.js';
import type { AedesBackend } from './aedes-backend.js';
import { type ClientError, errorReason, refusalReasonCode, isClientsOwnDisconnect } from './disconnect-reason.js';
import { DuplicateFilter } from './duplicate-filter.js';
import { type MqttMessage, toMessage, toPacket } from './mqtt-message.js';
import { guardedPersistence } from './guarded-persistence.js';

/** What the gateway decides for aedes. A rejected promise refuses what was asked, with its error as the reason. */
export interface BrokerHooks {
  connect(peer: Peer, request: ConnectRequest): Promise<Connection>;
  connected(connection: Connection): void;
  disconnected(connection: Connection, reason: DisconnectReason): void;
  /** `isWill`: the message is the last will of a connection that is gone. */
  publish(connection: Connection, message: MqttMessage, isWill: boolean): Promise<void>;
  subscribe(connection: Connection, topicFilter: string): boolean;
  forward(connection: Connection, topic: string): boolean;
  error(error: Error): void;
}

const MAX_CLIENT_ID_BYTES = 128; // AWS IoT quota: client id size
const MAX_PACKET_BYTES = 149_504; // AWS IoT quota: MQTT 5 packet, 146 KB
const RECEIVE_MAXIMUM = 100; // AWS IoT quota: inbound unacknowledged QoS 1
const SESSION_EXPIRY_MAXIMUM_S = 604_800; // AWS IoT quota: persistent session expiry, 7 days

/** How long a socket may be open before its CONNECT has come. */
const CONNECT_TIMEOUT_MS = 10_000;

/** MQTT 3.1.1 CONNACK return codes that aedes takes from a refused authentication; it maps them for MQTT 5. */
const RETURN_CODES = { identifierRejected: 2, serverUnavailable: 3, notAuthorized: 5 } as const;

/** [MQTT-3.14.2-1] reasons of a DISCONNECT that the server sends. */
const REASON_CODES = { notAuthorized: 0x87, serverShuttingDown: 0x8b } as const;

interface ClientState {
  connection: Connection;
  reason?: DisconnectReason;
}

/** The MQTT engine: aedes with the gateway's decisions behind its hooks. Nothing outside this folder knows aedes. */
export class AedesBroker {
  private readonly aedes: Aedes;
  private readonly peers = new WeakMap<object, Peer>();
  private readonly requests = new WeakMap<Client, ConnectRequest>();
  private readonly states = new WeakMap<Client, ClientState>();
  private readonly clients = new Map<string, Client>();
  private readonly duplicates = new DuplicateFilter();

  private hooks: BrokerHooks;

  constructor(private readonly backend: AedesBackend) {
    this.aedes = new Aedes({
      persistence: guardedPersistence(backend.persistence, (clientId, filter) =>
        this.isAllowedFilter(clientId, filter),
      ),
      mq: backend.emitter,
      maxClientsIdLength: MAX_CLIENT_ID_BYTES,
      maximumPacketSize: MAX_PACKET_BYTES,
      receiveMaximum: RECEIVE_MAXIMUM,
      sessionExpiryIntervalLimit: SESSION_EXPIRY_MAXIMUM_S,
      topicAliasMaximum: 8, // AWS IoT quota: topic aliases
      connectTimeout: CONNECT_TIMEOUT_MS,
      queueLimit: 1_000,
      preConnect: (client, packet, done) => {
        this.requests.set(client, toRequest(packet));
        done(null, true);
      },
      authenticate: (client, _username, _password, done) => {
        this.authenticate(client).then(
          () => done(null, true),
          (error: unknown) => done(refusal(reviveError(error)), false),
        );
      },
      authorizePublish: (client, packet, done) => {
        this.authorizePublish(client, packet).then(
          () => done(null),
          (error: unknown) => done(reviveError(error)),
        );
      },
      authorizeSubscribe: (client, subscription, done) => {
        const state = this.states.get(client);
        const isAllowed = state !== undefined && this.hooks.subscribe(state.connection, subscription.topic);
        done(null, isAllowed ? subscription : null);
      },
      authorizeForward: (client, packet) => (this.mayForward(client, packet) ? packet : null),
    });
    this.listenToAedes();
  }

  /** Starts the engine. From now on it may take sockets, and asks `hooks` about everything they want. */
  async start(hooks: BrokerHooks): Promise<void> {
    this.hooks = hooks;
    await this.aedes.listen();
  }

  /** Says goodbye to every client and waits until all are gone. */
  async disconnectAll(): Promise<void> {
    const reasonCode = REASON_CODES.serverShuttingDown;
    await Promise.all(
      [...this.clients.values()].map((client) => this.end(client, 'SERVER_INITIATED_DISCONNECT', reasonCode)),
    );
  }

  /** Stops the engine and releases its store. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.aedes.close(() => resolve()));
    await this.backend.close();
  }

  /** Takes over a socket whose other end is known. */
  accept(socket: Duplex, peer: Peer): void {
    this.peers.set(socket, peer);
    this.duplicates.adopt(this.aedes.handle(socket));
  }

  /** Brings a message to its subscribers; resolves when it is stored for those that are offline. */
  async publish(message: MqttMessage): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.aedes.publish(toPacket(message), (error) => (error ? reject(error) : resolve()));
    });
  }

  /** The connections of this node. */
  connections(): Connection[] {
    return [...this.clients.values()].flatMap((client) => this.states.get(client)?.connection ?? []);
  }

  /** Ends a connection because it is not allowed to be there any more. */
  expel(connection: Connection): void {
    const client = this.clients.get(connection.clientId);
    if (client !== undefined && this.states.get(client)?.connection === connection) {
      void this.end(client, 'AUTH_ERROR', REASON_CODES.notAuthorized);
    }
  }

  private async authenticate(client: Client): Promise<void> {
    const peer = this.peers.get(client.conn);
    const request = this.requests.get(client);
    if (peer === undefined || request === undefined) throw new Error('aedes authenticates a client before its CONNECT');
    const identified = { ...request, clientId: client.id };
    checkClientId(client.id);
    const connection = await this.hooks.connect(peer, identified);
    // [MQTT-3.1.4-2] aedes now closes the other connection of this client id.
    const other = this.clients.get(client.id);
    if (other !== undefined) this.note(other, 'DUPLICATE_CLIENTID');
    this.states.set(client, { connection });
  }

  private async authorizePublish(client: Client | null, packet: PublishPacket): Promise<void> {
    // aedes asks for the will of a client of a node that died; its connection allowed it when it came.
    if (client === null) return;
    const state = this.states.get(client);
    if (state === undefined) throw new IotError('Unauthorized', 'This client has not been authenticated');
    try {
      await this.hooks.publish(state.connection, toMessage(packet), client.closed);
    } catch (thrown) {
      const error = reviveError(thrown);
      if (client.version === 5) await this.refuse(client, packet, error);
      throw error;
    }
  }

  /**
   * Tells an MQTT 5 client why its message was refused. aedes has one answer, a PUBACK that says "not authorized": true
   * for QoS 1 and 2 when a policy said so. All else ends the connection with the true reason, so that a session keeps
   * the message and sends it again.
   */
  private async refuse(client: Client, packet: PublishPacket, error: IotError): Promise<void> {
    const isDenied = error.code === 'Forbidden' || error.code === 'Unauthorized';
    if (!isDenied || packet.qos === 0) await this.end(client, errorReason(error), refusalReasonCode(error.code));
  }

  private mayForward(client: Client, packet: AedesPublishPacket): boolean {
    const state = this.states.get(client);
    if (state === undefined || this.duplicates.isDuplicate(client, packet)) return false;
    return this.hooks.forward(state.connection, packet.topic);
  }

  private isAllowedFilter(clientId: string, filter: string): boolean {
    const client = this.clients.get(clientId);
    const state = client && this.states.get(client);
    return state !== undefined && this.hooks.subscribe(state.connection, filter);
  }

  private listenToAedes(): void {
    this.aedes.on('client', (client) => {
      const state = this.states.get(client);
      if (state === undefined) return;
      this.clients.set(client.id, client);
      this.hooks.connected(state.connection);
    });
    this.aedes.on('clientDisconnect', (client) => {
      const state = this.states.get(client);
      if (state === undefined) return;
      if (this.clients.get(client.id) === client) this.clients.delete(client.id);
      const reason =
        state.reason ?? (isClientsOwnDisconnect(client) ? 'CLIENT_INITIATED_DISCONNECT' : 'CONNECTION_LOST');
      this.hooks.disconnected(state.connection, reason);
    });
    this.aedes.on('keepaliveTimeout', (client) => this.note(client, 'MQTT_KEEP_ALIVE_TIMEOUT'));
    this.aedes.on('clientError', (client, error: ClientError) => {
      // What could not be written any more to a client that has said goodbye is not why it went.
      if (!isClientsOwnDisconnect(client)) this.note(client, errorReason(error));
    });
    // aedes reports failures of its store here; without a listener they would end the process.
    (this.aedes as NodeJS.EventEmitter).on('error', (error: Error) => this.hooks.error(error));
  }

  private end(client: Client, reason: DisconnectReason, reasonCode: number): Promise<void> {
    this.note(client, reason);
    return new Promise((resolve) => client.disconnect({ reasonCode }, () => resolve()));
  }

  /** The first reason is the true one; what follows from it is not. */
  private note(client: Client, reason: DisconnectReason): void {
    const state = this.states.get(client);
    if (state !== undefined) state.reason ??= reason;
  }
}

function toRequest(packet: ConnectPacket): ConnectRequest {
  const isPersistent =
    packet.protocolVersion === 5 ? (packet.properties?.sessionExpiryInterval ?? 0) > 0 : packet.clean === false;
  const { will } = packet;
  return {
    clientId: packet.clientId,
    isPersistent,
    ...(will === undefined ? {} : { will: { topic: will.topic, retain: will.retain === true } }),
  };
}

function checkClientId(clientId: string): void {
  if (Buffer.byteLength(clientId) > MAX_CLIENT_ID_BYTES || clientId.startsWith('$')) {
    throw new IotError(
      'InvalidRequest',
      `A client id has at most ${MAX_CLIENT_ID_BYTES} bytes and does not start with $`,
    );
  }
}

function refusal(error: IotError): AuthenticateError {
  const returnCode =
    error.code === 'InvalidRequest'
      ? RETURN_CODES.identifierRejected
      : error.code === 'ServiceUnavailable' || error.code === 'Internal'
        ? RETURN_CODES.serverUnavailable
        : RETURN_CODES.notAuthorized;
  return Object.assign(new Error(error.message), { returnCode });
}
