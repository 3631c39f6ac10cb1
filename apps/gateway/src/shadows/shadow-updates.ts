import { Injectable } from '@nestjs/common';
import type { ShadowPosition } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { RpcClient } from '#thingcore/transport';
import { ErrorTranslator } from '../errors/error-translator.js';
import type { BoundedQueue, QueueLimits } from '../requests/bounded-queue.js';
import type { ClientConnection } from '../requests/client-connection.js';
import { ResumedEvents } from '../subscriptions/resumed-events.js';
import { ShadowProgress } from './shadow-progress.js';
import type { ShadowName, ShadowUpdate } from './shadow-update.type.js';

/** A whole shadow waits with each update, so few may wait. */
const LIMITS: QueueLimits = { items: 256, bytes: 4 * 1024 * 1024 };

/** Brings changes of shadows to those who subscribed to them on this replica; a change touches only those of its shadow. */
@Injectable()
export class ShadowUpdates {
  private readonly subscribers = new Map<string, Set<BoundedQueue<ShadowUpdate>>>();

  constructor(
    private readonly errors: ErrorTranslator,
    private readonly rpc: RpcClient,
  ) {}

  /**
   * The changes of one shadow: those behind a position, or those from now on.
   *
   * @throws `ResourceNotFound` when the history does not reach back to the position
   */
  async subscribe(
    connection: ClientConnection,
    name: ShadowName,
    after?: ShadowPosition,
  ): Promise<AsyncIterableIterator<ShadowUpdate>> {
    const live = this.open(connection, name);
    const progress = new ShadowProgress(this.rpc, name, after);
    if (after === undefined) return new ResumedEvents(live, progress);
    try {
      return new ResumedEvents(live, progress, await progress.read());
    } catch (error) {
      live.end();
      throw error;
    }
  }

  /** Whether anybody is subscribed to a shadow: who is not asked need not be told. */
  areWanted(thingName: string, shadowName: string | null): boolean {
    return this.subscribers.has(keyOf({ thingName, shadowName }));
  }

  /** Tells the subscribers of its shadow of a change. */
  announce(update: ShadowUpdate): void {
    const queues = this.subscribers.get(keyOf(update)) ?? [];
    for (const queue of [...queues]) queue.push(update, () => sizeOf(update));
  }

  /** How many shadows somebody is subscribed to. */
  get shadowCount(): number {
    return this.subscribers.size;
  }

  private open(connection: ClientConnection, name: ShadowName): BoundedQueue<ShadowUpdate> {
    const key = keyOf(name);
    const queue = connection.open<ShadowUpdate>(
      LIMITS,
      () => this.errors.translate(tooSlow(name.thingName)),
      () => this.remove(key, queue),
    );
    const others = this.subscribers.get(key);
    if (others) others.add(queue);
    else this.subscribers.set(key, new Set([queue]));
    return queue;
  }

  private remove(key: string, queue: BoundedQueue<ShadowUpdate>): void {
    const queues = this.subscribers.get(key);
    queues?.delete(queue);
    if (queues?.size === 0) this.subscribers.delete(key);
  }
}

/** Neither name can hold a slash. */
function keyOf({ thingName, shadowName }: ShadowName): string {
  return `${thingName}/${shadowName ?? ''}`;
}

/** About what it takes while it waits: the state before is most of the time that of the update before. */
function sizeOf({ desired, reported }: ShadowUpdate): number {
  return 2 * (JSON.stringify(desired).length + JSON.stringify(reported).length);
}

function tooSlow(thingName: string): IotError {
  return new IotError(
    'Throttling',
    `The subscription to the shadow of ${thingName} was ended: more than ${LIMITS.items} updates waited for its client. Read faster, and subscribe again from the cursor of the last one that came`,
    { details: { waiting: LIMITS.items } },
  );
}
