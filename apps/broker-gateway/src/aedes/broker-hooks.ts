import type { IotError } from '#thingcore/errors';
import type { ConnectionIdentity } from '../connectivity/connection-record.js';
import type { ConnectRequest, Connection, DisconnectReason, Peer, SessionTerms } from '../connection.js';
import type { LanePace } from '../lane/ports/lane-pace.js';
import type { MqttMessage } from './mqtt-message.js';

/**
 * What the gateway decides for the engine. A rejected promise refuses what was asked, with its error as the reason.
 *
 * @typeParam Candidate what the gateway knows of a peer between its certificate and its CONNECT; of no interest here
 */
export interface BrokerHooks<Candidate> {
  /** Finds out who the peer is. `undefined`: a stranger, whose socket is closed without a word. */
  identify(peer: Peer, clientId: string): Promise<Candidate | undefined>;
  connect(candidate: Candidate, peer: Peer, request: ConnectRequest, terms: SessionTerms): Promise<Connection>;
  connected(connection: Connection): void;
  disconnected(connection: Connection, reason: DisconnectReason): void;
  /** Why a client may not publish on a topic; `undefined` when it may. Remembered until its rights change. */
  mayPublish(connection: Connection, topic: string, isRetained: boolean): IotError | undefined;
  /** How fast a client may send and be sent that is let in now. */
  openPace(): LanePace;
  /** Why a message cannot be retained just now; `undefined` when it can. Not asked for one that deletes. */
  admitRetained(topic: string): IotError | undefined;
  /** Whether {@link offer} wants the messages of a topic. */
  watches(topic: string): boolean;
  /** Takes a message that a client may publish; it is delivered when the promise resolves. */
  offer(connection: Connection, message: MqttMessage): Promise<void>;
  /** Takes a last will of a client that is gone, or a message with QoS 2: checks what it may, and takes it. */
  publish(connection: Connection, message: MqttMessage, isWill: boolean): Promise<void>;
  /** A connection has ended with its node. Told of twice, it is one end. */
  orphaned(connection: ConnectionIdentity): Promise<void>;
  /** Takes a last will whose node died; its client was allowed to leave it when it came. */
  orphanedWill(clientId: string, message: MqttMessage): Promise<void>;
  /** A message of a client was refused, or its connection ends, with this reason code of MQTT 5. */
  refused(connection: Connection, reasonCode: number, reason: string): void;
  /** Why a client may not subscribe to a filter; `undefined` when it may. */
  subscribe(connection: Connection, topicFilter: string): IotError | undefined;
  /** A client has subscribed to filters. */
  subscribed(connection: Connection, topicFilters: readonly string[]): void;
  /** A client has given filters up by UNSUBSCRIBE. */
  unsubscribed(connection: Connection, topicFilters: readonly string[]): void;
  /** The same question again, from within: nobody is told of the answer. */
  maySubscribe(connection: Connection, topicFilter: string): boolean;
  /** Whether a client may have the messages of a topic. Remembered until its rights change. */
  mayReceive(connection: Connection, topic: string): boolean;
  error(error: Error): void;
}
