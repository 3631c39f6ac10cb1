import type { Duplex } from 'node:stream';
import {
  Aedes,
  type AedesPublishPacket,
  type AuthenticateError,
  type Client,
  type ConnectPacket,
  type PublishPacket,
  type Subscription,
} from 'aedes';
import { IotError, reviveError } from '#thingcore/errors';
import type { ConnectRequest, Connection, DisconnectReason, Peer } from '../connection.js';
import type { AedesBackend } from './aedes-backend.js';
import { type ClientError, errorReason, isClientsOwnDisconnect } from './disconnect-reason.js';
import { DuplicateFilter } from './duplicate-filter.js';
import { type MqttMessage, toMessage, toPacket } from './mqtt-message.js';
import { guardedPersistence } from './guarded-persistence.js';
import { ReasonStrings } from './reason-strings.js';
import { ReasonedAnswers } from './reasoned-answers.js';
import { connectReasonCode, ReasonCode, refusal, refusalReasonCode, subscribeReasonCode } from './refusal-codes.js';

/**
 * What the gateway decides for aedes. A rejected promise refuses what was asked, with its error as the reason.
 *
 * @typeParam Candidate what the gateway knows of a peer between its certificate and its CONNECT; of no interest here
 */
export interface BrokerHooks<Candidate> {
  /** Finds out who the peer is. `undefined`: a stranger, whose socket is closed without a word. */
  identify(peer: Peer, clientId: string): Promise<Candidate | undefined>;
  connect(candidate: Candidate, peer: Peer, request: ConnectRequest): Promise<Connection>;
  connected(connection: Connection): void;
  disconnected(connection: Connection, reason: DisconnectReason): void;
  /** `isWill`: the message is the last will of a connection that is gone. */
  publish(connection: Connection, message: MqttMessage, isWill: boolean): Promise<void>;
  /** Why a client may not subscribe to a filter; `undefined` when it may. */
  subscribe(connection: Connection, topicFilter: string): IotError | undefined;
  /** The same question again, from within: nobody is told of the answer. */
  maySubscribe(connection: Connection, topicFilter: string): boolean;
  forward(connection: Connection, topic: string): boolean;
  error(error: Error): void;
}

const MAX_CLIENT_ID_BYTES = 128; // AWS IoT quota: client id size
const MAX_PACKET_BYTES = 149_504; // AWS IoT quota: MQTT 5 packet, 146 KB
const RECEIVE_MAXIMUM = 100; // AWS IoT quota: inbound unacknowledged QoS 1
const SESSION_EXPIRY_MAXIMUM_S = 604_800; // AWS IoT quota: persistent session expiry, 7 days

/** How long a socket may be open before its CONNECT has come. */
const CONNECT_TIMEOUT_MS = 10_000;

/** A client between its CONNECT packet and the answer to it. */
interface Arrival {
  readonly peer: Peer;
  readonly request: ConnectRequest;
  /** Rejects when nobody could say who the peer is. */
  readonly candidate: Promise<unknown>;
}

interface ClientState {
  connection: Connection;
  reason?: DisconnectReason;
}

/** aedes does not tell of this method; a test fails when an update takes it away. */
type PausableClient = Client & { pause(): void };

/** What aedes is given for a message that was refused while its connection goes on; the text goes to the client. */
class RefusedMessage extends Error {}

/** The MQTT engine: aedes with the gateway's decisions behind its hooks. Nothing outside this folder knows aedes. */
export class AedesBroker {
  private readonly aedes: Aedes;
  private readonly peers = new WeakMap<object, Peer>();
  private readonly arrivals = new WeakMap<Client, Arrival>();
  private readonly states = new WeakMap<Client, ClientState>();
  /** Clients that have their CONNACK, while aedes still reads what is queued for them. */
  private readonly welcomed = new WeakSet<Client>();
  private readonly clients = new Map<string, Client>();
  private readonly duplicates = new DuplicateFilter();
  private readonly answers = new ReasonedAnswers();
  private readonly reasons = new ReasonStrings();
  private hooks: BrokerHooks<unknown>;

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
        this.identify(client, packet).then(
          (isKnown) => {
            const goesOn = isKnown && !client.closed;
            done(goesOn ? null : new Error('the certificate was refused'), goesOn);
          },
          (error: unknown) => done(reviveError(error), false),
        );
      },
      authenticate: (client, _username, _password, done) => {
        this.authenticate(client).then(
          () => done(null, true),
          (error: unknown) => this.refuseConnect(client, reviveError(error), done),
        );
      },
      authorizePublish: (client, packet, done) => {
        this.authorizePublish(client, packet).then(
          () => done(null),
          (error: Error) => done(error),
        );
      },
      authorizeSubscribe: (client, subscription, done) => {
        done(null, this.authorizeSubscribe(client, subscription) ? subscription : null);
      },
      authorizeForward: (client, packet) => (this.mayForward(client, packet) ? packet : null),
    });
    this.listenToAedes();
  }

  /** Starts the engine. From now on it may take sockets, and asks `hooks` about everything they want. */
  async start<Candidate>(hooks: BrokerHooks<Candidate>): Promise<void> {
    this.hooks = hooks;
    await this.aedes.listen();
  }

  /** Says goodbye to every client and waits until all are gone. */
  async disconnectAll(): Promise<void> {
    await Promise.all(
      [...this.clients.values()].map((client) =>
        this.end(client, 'SERVER_INITIATED_DISCONNECT', ReasonCode.serverShuttingDown),
      ),
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
    const client = this.aedes.handle(socket);
    this.duplicates.adopt(client);
    this.answers.adopt(client);
  }

  /** Brings a message to its subscribers; resolves when it is stored for those that are offline. */
  async publish(message: MqttMessage): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.aedes.publish(toPacket(message), (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Ends a connection because it is not allowed to be there any more; an MQTT 5 client is told the reason. */
  expel(connection: Connection, reason: string): void {
    const client = this.clients.get(connection.clientId);
    if (client !== undefined && this.states.get(client)?.connection === connection) {
      void this.end(client, 'AUTH_ERROR', ReasonCode.notAuthorized, reason);
    }
  }

  /** Answers whether the client may go on to what its CONNECT asks for: strangers do not get an answer to it. */
  private async identify(client: Client, packet: ConnectPacket): Promise<boolean> {
    const peer = this.peers.get(client.conn);
    if (peer === undefined) throw new Error('aedes has a client without a socket of ours');
    // Without it aedes would handle packets that come behind the CONNECT now; it resumes by itself when it has answered.
    (client as PausableClient).pause();
    this.reasons.meet(client, peer, packet);
    const candidate = this.hooks.identify(peer, packet.clientId);
    this.arrivals.set(client, { peer, request: toRequest(packet), candidate });
    // Whoever could not be identified gets an answer: that nobody can be let in just now.
    return candidate.then(
      (known) => known !== undefined,
      () => true,
    );
  }

  private async authenticate(client: Client): Promise<void> {
    const arrival = this.arrivals.get(client);
    if (arrival === undefined) throw new Error('aedes authenticates a client before its CONNECT');
    this.arrivals.delete(client);
    checkClientId(client.id);
    const { peer, request } = arrival;
    const connection = await this.hooks.connect(await arrival.candidate, peer, { ...request, clientId: client.id });
    // [MQTT-3.1.4-2] aedes now closes the other connection of this client id.
    const other = this.clients.get(client.id);
    if (other !== undefined) this.note(other, 'DUPLICATE_CLIENTID');
    this.states.set(client, { connection });
  }

  private refuseConnect(
    client: Client,
    error: IotError,
    done: (error: AuthenticateError, isAllowed: boolean) => void,
  ): void {
    const reason = this.reasons.ofError(client, error);
    if (reason === undefined || client.closed) done(refusal(error), false);
    else this.answers.refuseConnect(client, connectReasonCode(error), reason);
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
      throw client.version === 5 ? await this.refuse(client, packet, error) : error;
    }
  }

  /**
   * Tells an MQTT 5 client why its message was refused, and answers what aedes shall hear. aedes has one answer, a PUBACK
   * that says "not authorized" and the text of the error: true for QoS 1 and 2 when a policy said so. All else ends the
   * connection with the true reason, so that a session keeps the message and sends it again.
   */
  private async refuse(client: Client, packet: PublishPacket, error: IotError): Promise<Error> {
    const isDenied = error.code === 'Forbidden' || error.code === 'Unauthorized';
    const reason = this.reasons.ofError(client, error);
    if (isDenied && packet.qos > 0) return new RefusedMessage(reason);
    await this.end(client, errorReason(error), refusalReasonCode(error.code), reason);
    return error;
  }

  private authorizeSubscribe(client: Client, subscription: Subscription): boolean {
    const state = this.states.get(client);
    if (state === undefined) return false;
    const error = this.hooks.subscribe(state.connection, subscription.topic);
    if (error === undefined) return true;
    const reason = this.reasons.ofError(client, error);
    if (reason !== undefined) {
      this.answers.refuseSubscription(subscription, subscribeReasonCode(error.code), reason);
    }
    return false;
  }

  private mayForward(client: Client, packet: AedesPublishPacket): boolean {
    const state = this.states.get(client);
    if (state === undefined || this.duplicates.isDuplicate(client, packet)) return false;
    return this.hooks.forward(state.connection, packet.topic);
  }

  private isAllowedFilter(clientId: string, filter: string): boolean {
    const client = this.clients.get(clientId);
    const state = client && this.states.get(client);
    return state !== undefined && this.hooks.maySubscribe(state.connection, filter);
  }

  private listenToAedes(): void {
    this.aedes.on('client', (client) => {
      const state = this.states.get(client);
      // aedes counts a client whose socket closed while its session was read, and never says that it has gone.
      if (state === undefined || client.closed) return;
      this.clients.set(client.id, client);
      this.hooks.connected(state.connection);
    });
    this.aedes.on('connackSent', (_packet, client) => this.welcomed.add(client));
    this.aedes.on('clientDisconnect', (client) => {
      const state = this.states.get(client);
      if (state === undefined) return;
      if (this.clients.get(client.id) === client) this.clients.delete(client.id);
      const reason =
        state.reason ?? (isClientsOwnDisconnect(client) ? 'CLIENT_INITIATED_DISCONNECT' : 'CONNECTION_LOST');
      this.hooks.disconnected(state.connection, reason);
    });
    this.aedes.on('subscribe', (subscriptions, client) => this.answers.answer(client, subscriptions));
    this.aedes.on('keepaliveTimeout', (client) => this.note(client, 'MQTT_KEEP_ALIVE_TIMEOUT'));
    this.aedes.on('clientError', (client, error: ClientError) => {
      // What could not be written any more to a client that has said goodbye is not why it went.
      if (!isClientsOwnDisconnect(client) && !(error instanceof RefusedMessage)) this.note(client, errorReason(error));
    });
    // aedes reports failures of its store here; without a listener they would end the process.
    (this.aedes as NodeJS.EventEmitter).on('error', (error: Error) => this.hooks.error(error));
  }

  private end(client: Client, reason: DisconnectReason, reasonCode: number, text?: string): Promise<void> {
    this.note(client, reason);
    const reasonString = text === undefined ? undefined : this.reasons.fitting(client, text);
    const goodbye = { reasonCode, ...(reasonString === undefined ? {} : { properties: { reasonString } }) };
    return new Promise((resolve) => {
      if (client.connecting && this.welcomed.has(client)) this.answers.disconnect(client, goodbye, resolve);
      else client.disconnect(goodbye, resolve);
    });
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
