import { Injectable } from '@nestjs/common';
import { IotError } from '#thingcore/errors';
import { ErrorTranslator } from '../errors/error-translator.js';
import type { BoundedQueue, QueueLimits } from '../requests/bounded-queue.js';
import type { ClientConnection } from '../requests/client-connection.js';
import type { ShadowUpdate } from './shadow-update.type.js';

/** A whole shadow waits with each update, so few may wait. */
const LIMITS: QueueLimits = { items: 256, bytes: Infinity };

/** Brings updates of shadows to those who subscribed to them on this replica. */
@Injectable()
export class ShadowUpdates {
  private readonly subscribers = new Map<string, Set<BoundedQueue<ShadowUpdate>>>();

  constructor(private readonly errors: ErrorTranslator) {}

  /** The updates of one shadow from now on; the classic one without a shadow name. */
  subscribe(connection: ClientConnection, thingName: string, shadowName: string | null): BoundedQueue<ShadowUpdate> {
    const key = keyOf(thingName, shadowName);
    const queue = connection.open<ShadowUpdate>(
      LIMITS,
      () => this.errors.translate(tooSlow(thingName)),
      () => this.remove(key, queue),
    );
    const others = this.subscribers.get(key);
    if (others) others.add(queue);
    else this.subscribers.set(key, new Set([queue]));
    return queue;
  }

  /** Whether anybody is subscribed to a shadow: who is not asked need not be told. */
  areWanted(thingName: string, shadowName: string | null): boolean {
    return this.subscribers.has(keyOf(thingName, shadowName));
  }

  /** Tells the subscribers of its shadow of an update. */
  announce(update: ShadowUpdate): void {
    const queues = this.subscribers.get(keyOf(update.thingName, update.shadowName)) ?? [];
    for (const queue of [...queues]) queue.push(update);
  }

  /** How many shadows somebody is subscribed to. */
  get shadowCount(): number {
    return this.subscribers.size;
  }

  private remove(key: string, queue: BoundedQueue<ShadowUpdate>): void {
    const queues = this.subscribers.get(key);
    queues?.delete(queue);
    if (queues?.size === 0) this.subscribers.delete(key);
  }
}

/** Neither name can hold a slash. */
function keyOf(thingName: string, shadowName: string | null): string {
  return `${thingName}/${shadowName ?? ''}`;
}

function tooSlow(thingName: string): IotError {
  return new IotError(
    'Throttling',
    `The subscription to the shadow of ${thingName} was ended: more than ${LIMITS.items} updates waited for its client. Read faster and subscribe again`,
    { details: { waiting: LIMITS.items } },
  );
}
