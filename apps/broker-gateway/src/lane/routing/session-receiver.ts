import type { QueuedForm } from '../packets/canonical-bytes.js';
import type { PublishForms } from '../packets/publish-forms.js';
import type { PublishFrame } from '../packets/publish-frame.js';
import type { DeliveryTerms } from './delivery-terms.js';

/** The connection of a session, as those see it who bring messages. */
export interface SessionReceiver {
  /** What comes through the queue of the session. */
  readonly queue: SessionQueue;
  /** Sends a message, or has it wait, or drops it. */
  deliver(forms: PublishForms, frame: PublishFrame, terms: DeliveryTerms, topic: string): void;
}

/** The reader of a session's queue, which is told what comes to it. */
export interface SessionQueue {
  /** A position is about to be told. */
  announcing(position: number): void;
  /** Something was put in the queue that is to be sent in its turn. */
  arrived(position: number): void;
  /** Sends the next message of the queue at once; answers whether it could. */
  deliverNext(forms: PublishForms, frame: PublishFrame, form: QueuedForm, position: number): boolean;
  /** Reads on. */
  refill(): void;
}
