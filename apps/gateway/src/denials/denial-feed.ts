import { Injectable } from '@nestjs/common';
import type { Denial as BrokerDenial } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { ErrorTranslator } from '../errors/error-translator.js';
import type { BoundedQueue, QueueLimits } from '../requests/bounded-queue.js';
import type { ClientConnection } from '../requests/client-connection.js';
import type { DenialFilter } from './denial.args.js';
import { type Denial, toDenial } from './denial.type.js';

/** A denial carries its proof, so few may wait. */
const LIMITS: QueueLimits = { items: 256, bytes: Infinity };

/** Brings denials to those who subscribed to them on this replica. */
@Injectable()
export class DenialFeed {
  private readonly subscribers = new Map<BoundedQueue<Denial>, DenialFilter>();

  constructor(private readonly errors: ErrorTranslator) {}

  /** The denials that meet a filter from now on. */
  subscribe(connection: ClientConnection, filter: DenialFilter): BoundedQueue<Denial> {
    const queue = connection.open<Denial>(
      LIMITS,
      () => this.errors.translate(tooSlow()),
      () => this.subscribers.delete(queue),
    );
    this.subscribers.set(queue, filter);
    return queue;
  }

  /** Tells the subscribers of denials that the broker has recorded, in their order. */
  announce(denials: readonly BrokerDenial[]): void {
    if (this.subscribers.size === 0) return;
    for (const denial of denials) {
      const queues = [...this.subscribers].filter(([, filter]) => meets(denial, filter)).map(([queue]) => queue);
      if (queues.length === 0) continue;
      const shown = toDenial(denial);
      for (const queue of queues) queue.push(shown);
    }
  }

  /** How many subscriptions there are. */
  get size(): number {
    return this.subscribers.size;
  }
}

function meets(denial: BrokerDenial, { thingName, certificateId, clientId }: DenialFilter): boolean {
  return (
    (thingName === undefined || denial.thingName === thingName) &&
    (certificateId === undefined || denial.principal === certificateId) &&
    (clientId === undefined || denial.clientId === clientId)
  );
}

function tooSlow(): IotError {
  return new IotError(
    'Throttling',
    `The subscription to denials was ended: more than ${LIMITS.items} waited for its client. Read faster, or subscribe to those of one thing`,
    { details: { waiting: LIMITS.items } },
  );
}
