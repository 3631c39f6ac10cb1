import type { Qos } from '../packets/control-packet.js';
import { DeliveryTerms } from './delivery-terms.js';
import type { Session } from './session.js';

/** A receiver of a topic with what its subscriptions make together: one copy of each message [MQTT-3.3.5-1]. */
export class Recipient extends DeliveryTerms {
  /** The same for messages that the receiver published itself; `undefined` when it wants none of them. */
  own: Recipient | undefined;

  constructor(
    readonly session: Session,
    qos: Qos,
    retainAsPublished: boolean,
    identifiers: number[] | undefined,
  ) {
    super(qos, retainAsPublished, identifiers);
    this.own = this;
  }
}
