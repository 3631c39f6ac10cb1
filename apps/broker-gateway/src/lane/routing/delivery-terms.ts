import type { Qos } from '../packets/control-packet.js';

/** What is known about the permission of a receiver for a topic. */
export type ReceiveDecision = 'unknown' | 'pending' | 'allowed' | 'denied';

/** How the messages of a topic go to one receiver, and whether they may. */
export class DeliveryTerms {
  /** Valid while `decidedFor` is the permission count of its connection. */
  decision: ReceiveDecision = 'unknown';
  decidedFor = -1;
  /** The whole filter of the shared subscription that it is a member of, as a key; `undefined` for all others. */
  groupKey: string | undefined;

  constructor(
    public qos: Qos,
    public retainAsPublished: boolean,
    /** Of all its matching subscriptions [MQTT-3.3.4-4]; `undefined` when none has one. */
    public identifiers: number[] | undefined,
  ) {}
}
