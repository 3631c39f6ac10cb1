import type { Duplex } from 'node:stream';
import type { EventEmitter } from 'node:events';

/** A subscription as the engine keeps it in `client.subscriptions`. */
export interface EngineSubscription {
  readonly qos: number;
  /** What the engine registers at its emitter for this subscription. */
  readonly func: EngineListener;
  readonly nl?: boolean | undefined;
  readonly rap?: boolean | undefined;
  /** Subscription identifier. */
  readonly si?: number | undefined;
}

/** A PUBLISH packet as the engine makes it, for what it delivers itself. */
export interface EnginePacket {
  readonly topic: string;
  readonly payload: Buffer | string;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  /** The publisher. */
  readonly clientId?: string | undefined;
  readonly properties?: EngineProperties | undefined;
  /** Milliseconds since the epoch. */
  readonly messageExpiry?: number | undefined;
}

/** Properties as mqtt-packet writes them. */
export interface EngineProperties {
  payloadFormatIndicator?: boolean | undefined;
  messageExpiryInterval?: number | undefined;
  contentType?: string | undefined;
  responseTopic?: string | undefined;
  correlationData?: Buffer | undefined;
  userProperties?: Readonly<Record<string, string | string[]>> | undefined;
}

export type EngineListener = (packet: EnginePacket, done: () => void) => void;

/** What the lane reads of a CONNECT packet by itself: the engine keeps no topic alias maximum. */
export interface FirstPacket {
  readonly cmd: string;
  readonly properties?: { readonly topicAliasMaximum?: number | undefined };
}

/** The parts of the engine's `Client` that the lane uses or replaces. `seams.int-spec.ts` fails when one of them moves. */
export interface EngineClient extends EventEmitter {
  readonly id: string;
  /** Whether the session ends with the connection. */
  readonly clean: boolean;
  readonly _cleanStart?: boolean;
  /** Of the CONNECT packet, in seconds. */
  readonly _connectSessionExpiryInterval?: number;
  readonly version: number;
  readonly conn: Duplex;
  readonly connected: boolean;
  readonly closed: boolean;
  readonly receiveMaximum: number | undefined;
  readonly maximumPacketSize: number | undefined;
  readonly _requestProblemInformation?: boolean;
  readonly _parser: {
    parse(bytes: Buffer): void;
    /** Bytes that it has and that are in no packet yet. */
    _list: object;
    prependOnceListener(event: 'packet', listener: (packet: FirstPacket) => void): void;
  };
  readonly _paused?: boolean;
  /** Ends the watch for the end of the stream. */
  _eos: () => void;
  readonly _keepaliveTimer: NodeJS.Timeout | null;
  /** How many packets the engine believes to be working on; it takes CONNECT only when this becomes 1. */
  _parsingBatch: number;
  /** Called when a packet is finished, and when the client is resumed. */
  _nextBatch: (error?: Error | null) => void;
  subscriptions: Record<string, EngineSubscription>;
  deliver0: EngineListener;
  deliverQoS: EngineListener;
  close(done?: () => void): void;
  disconnect(options: { reasonCode: number; properties?: { reasonString: string } }, done?: () => void): void;
}

/** The part of the engine itself that the lane listens to. */
export interface Engine {
  /**
   * `clientReady`: the CONNACK is sent and the session is restored. `keepaliveTimeout`: nothing came for too long, the
   * connection is closed right after.
   */
  on(event: 'clientReady' | 'keepaliveTimeout', listener: (client: EngineClient) => void): unknown;
}
