import type { EngineClient } from '../engine/engine-client.js';
import type { LanePace } from '../ports/lane-pace.js';
import type { LanePeer } from '../ports/lane-policy.js';
import type { Session } from '../routing/session.js';
import { clientLimit } from './client-limit.js';
import { InFlightWindow } from './in-flight-window.js';
import type { LaneCore } from './lane-core.js';
import { Outgoing } from './outgoing.js';
import type { OutputBuffer } from './output-buffer.js';
import { Receiver } from './receiver.js';

/** What a receiving side is made of. */
export interface ReceivingSide {
  readonly client: EngineClient;
  readonly session: Session;
  readonly output: OutputBuffer;
  readonly pace: LanePace | undefined;
  /** Of its CONNECT packet. */
  readonly topicAliasMaximum: number | undefined;
  /** Ends the connection: it does not take what is sent. */
  tooSlow(): void;
}

/** The largest packet that a client takes, in bytes. [MQTT-3.1.2-24] */
export function maximumPacketBytesOf({ maximumPacketSize }: EngineClient): number {
  return clientLimit(maximumPacketSize, Number.POSITIVE_INFINITY);
}

/** The receiving side of a client that the engine has let in, with the limits that both sides have set. */
export function receivingSide(core: LaneCore, peer: LanePeer, given: ReceivingSide): Receiver {
  const { client, session, output, pace, topicAliasMaximum } = given;
  const { limits } = core;
  const window = new InFlightWindow(Math.min(limits.inFlightMaximum, clientLimit(client.receiveMaximum, 65_535)));
  const options = {
    isV5: client.version === 5,
    maximumPacketBytes: maximumPacketBytesOf(client),
    topicAliasMaximum: Math.min(clientLimit(topicAliasMaximum, 0), limits.topicAliasMaximum),
    pace,
    tooSlow: () => given.tooSlow(),
  };
  return new Receiver(core, peer, new Outgoing(core, session, output, window, options));
}
