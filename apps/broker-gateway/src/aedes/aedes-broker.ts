import type { Duplex } from 'node:stream';
import { Aedes, type Client, type Subscription } from 'aedes';
import { reviveError } from '#thingcore/errors';
import type { Clock } from '#thingcore/platform';
import type { Cluster } from '../cluster/cluster.js';
import type { Connection, DisconnectReason, Peer } from '../connection.js';
import type { EngineClient } from '../lane/engine/engine-client.js';
import { type EnginePersistence, storedOptions } from '../lane/engine/lane-persistence.js';
import { revealed } from '../lane/engine/shared-filter.js';
import type { MessageLane } from '../lane/message-lane.js';
import type { LaneCounters } from '../lane/ports/lane-counters.js';
import type { BrokerProfile } from '../profile/broker-profile.js';
import { laneLimits } from '../profile/lane-limits.js';
import type { SessionQueues } from '../session-queues/session-queues.js';
import type { AedesBackend } from './aedes-backend.js';
import { type ClientInside, endsAfterMs, NEVER_EXPIRES } from './arrival.js';
import type { BrokerHooks } from './broker-hooks.js';
import { brokerLane } from './broker-lane.js';
import { isPlainConnect } from './clean-connect.js';
import { ClientArrivals } from './client-arrivals.js';
import { ClientOperations } from './client-operations.js';
import { ClientStates } from './client-states.js';
import { clusterDuties } from './cluster-duties.js';
import { brokerClusterHost, laneInterests } from './cluster-host.js';
import { type ClientError, errorReason, isClientsOwnDisconnect } from './disconnect-reason.js';
import { completeGreeting } from './greeting.js';
import { guardedPersistence } from './guarded-persistence.js';
import { toPlainMessage } from './lane-message.js';
import { Memberships } from './memberships.js';
import type { MqttMessage } from './mqtt-message.js';
import { ReasonStrings } from './reason-strings.js';
import { guardRegistrations } from './registrations.js';
import { PlainEntrance } from './plain-entrance.js';
import { queuesAtRate } from './queue-limits.js';
import { SessionVersions } from './session-versions.js';
import { SessionWipe } from './session-wipe.js';
import { SubscriptionGate } from './subscription-gate.js';
import { tellSubscriptions } from './subscription-events.js';
import { ReasonedAnswers } from './reasoned-answers.js';
import { ReasonCode, subscribeReasonCode } from './refusal-codes.js';

/** How long a socket may be open before its CONNECT has come. */
const CONNECT_TIMEOUT_MS = 10_000;

/** What the engine works with. */
export interface AedesBrokerOptions {
  readonly backend: AedesBackend;
  readonly queues: SessionQueues;
  readonly cluster: Cluster;
  readonly profile: BrokerProfile;
  readonly clock: Clock;
}

/**
 * The MQTT engine: aedes for connections, sessions, subscriptions, wills and retained messages, the lane for messages, and
 * the gateway's decisions behind the hooks of both. Nothing outside this folder knows aedes.
 */
export class AedesBroker {
  private readonly aedes: Aedes;
  private readonly lane: MessageLane;
  private readonly persistence: EnginePersistence;
  private readonly memberships: Memberships;
  private readonly arrivals: ClientArrivals;
  private readonly entrance: PlainEntrance;
  private readonly states = new ClientStates();
  /** Clients that have their CONNACK, while aedes still reads what is queued for them. */
  private readonly welcomed = new WeakSet<Client>();
  private readonly clients = new Map<string, Client>();
  /** Client ids that are let in just now: what becomes of their old session is decided already. */
  private readonly opening = new Set<string>();
  private readonly answers = new ReasonedAnswers();
  private readonly reasons = new ReasonStrings();
  private readonly gate: SubscriptionGate;
  private knowsReceivers = false;
  private hooks: BrokerHooks<unknown>;

  /** What an operator does with the clients of this node. */
  readonly operations: ClientOperations;

  constructor(private readonly options: AedesBrokerOptions) {
    const { backend, queues, cluster, profile, clock } = options;
    const limits = laneLimits(profile);
    this.memberships = new Memberships(
      cluster,
      clock,
      (clientId, token) => this.displace(clientId, token),
      (error) => this.failed(error),
    );
    this.gate = new SubscriptionGate(profile, () => this.lane);
    this.arrivals = this.arrivalsOf(options);
    this.lane = brokerLane(
      {
        limits,
        queues: queuesAtRate(queues, profile, clock),
        cluster,
        interests: laneInterests(cluster, this.opening),
        clock,
      },
      {
        hooks: () => this.hooks,
        connectionOf: this.states.connectionOf,
        note: (client, reason) => this.states.note(client, reason),
        isTold: (client, reason) => this.reasons.fitting(client, reason) !== undefined,
      },
    );
    this.persistence = this.lane.persistence(backend.persistence);
    this.aedes = new Aedes({
      persistence: guardedPersistence(this.persistence, (clientId, filter) => this.isAllowedFilter(clientId, filter)),
      mq: this.lane.emitter,
      maxClientsIdLength: profile.clientIdBytes,
      maximumPacketSize: limits.packetBytes,
      receiveMaximum: Math.min(limits.receiveMaximum, 65_535),
      sessionExpiryIntervalLimit: Number.isFinite(profile.sessionExpirySeconds) ? profile.sessionExpirySeconds : 0,
      topicAliasMaximum: limits.topicAliasMaximum,
      connectTimeout: CONNECT_TIMEOUT_MS,
      preConnect: (client, packet, done) => {
        this.arrivals.identify(client, packet).then(
          (isKnown) => {
            const goesOn = isKnown && !client.closed;
            const proceed = () => {
              completeGreeting(client, () => this.arrivals.greetingOf(client));
              done(goesOn ? null : new Error('the certificate was refused'), goesOn);
            };
            if (goesOn && isPlainConnect(packet)) void this.entrance.enter(client, packet, proceed);
            else proceed();
          },
          (error: unknown) => done(reviveError(error), false),
        );
      },
      authenticate: (client, _username, _password, done) => {
        (this.entrance.authenticationOf(client) ?? this.arrivals.authenticate(client)).then(
          () => done(null, true),
          (error: unknown) => this.arrivals.refuse(client, reviveError(error), done),
        );
      },
      authorizePublish: (client, packet, done) => {
        if (client !== null) this.publishWill(client);
        done(new Error(`${packet.topic} is published by the gateway`));
      },
      authorizeSubscribe: (client, subscription, done) => {
        done(null, this.authorizeSubscribe(client, subscription) ? subscription : null);
      },
    });
    guardRegistrations(this.aedes);
    this.entrance = new PlainEntrance(this.aedes, {
      authenticate: (client) => this.arrivals.authenticate(client),
      clean: (client) => this.persistence.cleanSubscriptions(client),
      greetingOf: (client) => this.arrivals.greetingOf(client),
    });
    this.operations = new ClientOperations(this.host());
    this.listenToAedes();
  }

  /** Whether it knows who wants what: from the end of its start until it stops. Before, a message would reach nobody. */
  get isRunning(): boolean {
    return this.knowsReceivers;
  }

  /** What the lane has counted since the start. */
  get counters(): Readonly<LaneCounters> {
    return this.lane.counters;
  }

  /** Starts the engine. From now on it may take sockets, and asks `hooks` about everything they want. */
  async start<Candidate>(hooks: BrokerHooks<Candidate>): Promise<void> {
    this.hooks = hooks;
    await this.aedes.listen();
    this.lane.start(this.aedes as never);
    // Before the cluster, which publishes what others have left.
    for await (const { clientId, subscriptions } of this.options.backend.sessions()) {
      const restored = subscriptions.map((one) => ({ ...storedOptions(one), filter: revealed(one.topic) }));
      this.lane.restore(clientId, restored);
    }
    await this.options.cluster.start(brokerClusterHost(this.lane, clusterDuties(this.host())));
    this.knowsReceivers = true;
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
    this.knowsReceivers = false;
    await new Promise<void>((resolve) => this.aedes.close(() => resolve()));
    this.lane.stop();
    await this.memberships.settled();
    await this.options.cluster.stop();
    await this.options.backend.close();
  }

  /** Takes over a socket whose other end is known. */
  accept(socket: Duplex, peer: Peer): void {
    this.arrivals.expect(socket, peer);
    const client = this.aedes.handle(socket);
    // Before a byte is read.
    this.lane.attach(client as unknown as EngineClient);
    this.answers.adopt(client);
    this.gate.adopt(client);
  }

  /** Whether a message on a topic would go to anybody now: a client, the queue of a session or another node. */
  hasReceivers(topic: string): boolean {
    return this.lane.hasReceivers(topic);
  }

  /** Brings a message to its subscribers; resolves when it is stored for those that are offline. */
  publish(message: MqttMessage): Promise<void> {
    return this.lane.publish(toPlainMessage(message));
  }

  /** What a connection may do has changed. */
  permissionsChanged(connection: Connection): void {
    const client = this.clients.get(connection.clientId);
    if (client !== undefined && this.states.connectionOf(client) === connection) {
      this.lane.permissionsChanged(client);
    }
  }

  /** What {@link BrokerHooks.watches} answers has changed. */
  tapsChanged(): void {
    this.lane.tapsChanged();
  }

  /** Ends a connection because it is not allowed to be there any more; an MQTT 5 client is told the reason. */
  expel(connection: Connection, reason: string): void {
    const client = this.clients.get(connection.clientId);
    if (client !== undefined && this.states.connectionOf(client) === connection) {
      void this.end(client, 'AUTH_ERROR', ReasonCode.notAuthorized, reason);
    }
  }

  /** aedes asks for last wills only, and publishes none: it would not say when one is safe. */
  private publishWill(client: Client): void {
    const connection = this.states.connectionOf(client);
    if (connection === undefined) return;
    const { sessionExpiryInterval } = client as ClientInside;
    this.memberships.leaveWill(client, sessionExpiryInterval * 1_000, async ({ message }) => {
      try {
        await this.hooks.publish(connection, message, true);
      } catch (thrown) {
        const error = reviveError(thrown);
        // Nobody may publish it: it is done with.
        if (error.code === 'Forbidden' || error.code === 'InvalidRequest') return;
        throw error;
      }
      await this.publish(message);
    });
  }

  private arrivalsOf({ profile, queues }: AedesBrokerOptions): ClientArrivals {
    const { states, answers, reasons, memberships, clients, opening } = this;
    const versions = profile.resumesAcrossVersions
      ? undefined
      : new SessionVersions(queues, (id) => this.persistence.cleanSubscriptions({ id }));
    return new ClientArrivals({
      ...{ profile, states, answers, reasons, memberships, clients, opening, versions },
      hooks: () => this.hooks,
      end: (client, reason, reasonCode) => this.end(client, reason, reasonCode),
    });
  }

  private authorizeSubscribe(client: Client, subscription: Subscription): boolean {
    const connection = this.states.connectionOf(client);
    if (connection === undefined) return false;
    const excess = this.gate.refusalOf(client, subscription.topic);
    if (excess !== undefined) this.hooks.refused(connection, subscribeReasonCode(excess.code), excess.message);
    const error = excess ?? this.hooks.subscribe(connection, revealed(subscription.topic));
    if (error === undefined) return true;
    if (client.version === 5) {
      const reason = this.reasons.ofError(client, error);
      this.answers.refuseSubscription(subscription, subscribeReasonCode(error.code), reason);
    }
    return false;
  }

  private isAllowedFilter(clientId: string, filter: string): boolean {
    const client = this.clients.get(clientId);
    const connection = client && this.states.connectionOf(client);
    if (connection === undefined || this.gate.refusalOf(client as Client, filter) !== undefined) return false;
    return this.hooks.maySubscribe(connection, revealed(filter));
  }

  private listenToAedes(): void {
    this.aedes.on('client', (client) => {
      const connection = this.states.connectionOf(client);
      this.opening.delete(client.id);
      // aedes tells of a client whose socket closed while its session was read, and never says that it has gone.
      if (connection === undefined || client.closed) return;
      this.clients.set(client.id, client);
      this.memberships.entered(client);
      this.hooks.connected(connection);
    });
    this.aedes.on('connackSent', (_packet, client) => this.welcomed.add(client));
    this.aedes.on('clientDisconnect', (client) => {
      const connection = this.states.connectionOf(client);
      if (connection === undefined) return;
      if (this.clients.get(client.id) === client) this.clients.delete(client.id);
      this.memberships.leave(client, this.takeExpiry(client));
      const reason =
        this.states.reasonOf(client) ??
        (isClientsOwnDisconnect(client) ? 'CLIENT_INITIATED_DISCONNECT' : 'CONNECTION_LOST');
      this.hooks.disconnected(connection, reason);
    });
    this.aedes.on('subscribe', (subscriptions, client) => this.answers.answer(client, subscriptions));
    tellSubscriptions(this.aedes, this.states.connectionOf, () => this.hooks);
    this.aedes.on('keepaliveTimeout', (client) => this.states.note(client, 'MQTT_KEEP_ALIVE_TIMEOUT'));
    this.aedes.on('clientError', (client, error: ClientError) => {
      // What could not be written any more to a client that has said goodbye is not why it went.
      if (!isClientsOwnDisconnect(client)) this.states.note(client, errorReason(error));
    });
    // aedes reports failures of its store here; without a listener they would end the process.
    (this.aedes as NodeJS.EventEmitter).on('error', (error: Error) => this.hooks.error(error));
  }

  /** What this engine lends to its duties and operations. */
  private host() {
    return {
      clients: this.clients,
      lane: this.lane,
      cluster: this.options.cluster,
      clock: this.options.clock,
      wipe: new SessionWipe(this.aedes, this.persistence, this.options.queues),
      hooks: () => this.hooks,
      connectionOf: this.states.connectionOf,
      subscriptionsOfSession: (id: string) => this.options.backend.persistence.subscriptionsByClient({ id }),
      publish: (message: MqttMessage) => this.publish(message),
      end: (client: Client, reason: DisconnectReason, reasonCode: number) => this.end(client, reason, reasonCode),
      buryAll: async () => {
        await Promise.all([...this.clients.values()].map((client) => this.bury(client)));
        await this.memberships.settled();
      },
      failed: (error: unknown) => this.failed(error),
    };
  }

  /** [MQTT-3.1.4-2] Whoever took a client id and has gone before it was let in has ended the connection before all the same. */
  private displace(clientId: string, token: number): void {
    const other = this.clients.get(clientId);
    const isOlder = other !== undefined && (this.states.connectionOf(other)?.versionNumber ?? token) < token;
    if (isOlder) void this.end(other, 'DUPLICATE_CLIENTID', ReasonCode.sessionTakenOver);
  }

  /** Another node has published its will and has its session. */
  private bury(client: Client): Promise<void> {
    (client as ClientInside).will = undefined;
    return this.end(client, 'SERVER_ERROR', ReasonCode.serverUnavailable);
  }

  /** When the session of a client that goes now ends. The cluster sees to it; aedes would only know of this node. */
  private takeExpiry(client: Client): number {
    const afterMs = endsAfterMs(client);
    if (afterMs === 0) return 0;
    (client as ClientInside).sessionExpiryInterval = NEVER_EXPIRES;
    return this.options.clock.now() + afterMs;
  }

  private failed(error: unknown): void {
    this.hooks.error(error instanceof Error ? error : new Error(String(error)));
  }

  private end(client: Client, reason: DisconnectReason, reasonCode: number, text?: string): Promise<void> {
    this.states.note(client, reason);
    const reasonString = text === undefined ? undefined : this.reasons.fitting(client, text);
    const goodbye = { reasonCode, ...(reasonString === undefined ? {} : { properties: { reasonString } }) };
    return new Promise((resolve) => {
      if (client.connecting && this.welcomed.has(client)) this.answers.disconnect(client, goodbye, resolve);
      else client.disconnect(goodbye, resolve);
    });
  }
}
