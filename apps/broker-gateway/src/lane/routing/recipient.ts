import type { Qos } from '../packets/control-packet.js';
import type { Session } from './session.js';

/** What is known about the permission of a receiver for a topic. */
export type ReceiveDecision = 'unknown' | 'pending' | 'allowed' | 'denied';

/** A receiver of a topic with what its subscriptions make together: one copy of each message [MQTT-3.3.5-1]. */
export class Recipient {
  /** The same for messages that the receiver published itself; `undefined` when it wants none of them. */
  own: Recipient | undefined;
  /** Valid while `decidedFor` is the permission count of its connection. */
  decision: ReceiveDecision = 'unknown';
  decidedFor = -1;
  /** The whole filter of the shared subscription that it is a member of, as a key; `undefined` for all others. */
  groupKey: string | undefined;

  constructor(
    readonly session: Session,
    public qos: Qos,
    public retainAsPublished: boolean,
    /** Of all its matching subscriptions [MQTT-3.3.4-4]; `undefined` when none has one. */
    public identifiers: number[] | undefined,
  ) {
    this.own = this;
  }
}
