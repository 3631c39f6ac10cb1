import { Injectable } from '@nestjs/common';
import { IotError } from '#thingcore/errors';
import { ErrorTranslator } from '../errors/error-translator.js';
import type { Message } from '../messages/message.type.js';
import { TapPool } from '../messages/tap-pool.js';
import type { BoundedQueue, QueueLimits } from '../requests/bounded-queue.js';
import type { ClientConnection } from '../requests/client-connection.js';
import { type ConnectivityChange, toConnectivityChange } from './connectivity-change.type.js';
import { toPresenceEvent } from './presence-event.type.js';

/** Lifecycle events of all clients. */
const PRESENCE = '$aws/events/presence/#';

const LIMITS: QueueLimits = { items: 1_000, bytes: Infinity };

/** Whose connectivity somebody wants to know: all, a client's, or that of a thing's device. */
export interface ConnectivityFilter {
  readonly clientId?: string | undefined;
  readonly thingName?: string | undefined;
}

/**
 * Brings changes of connectivity to those who subscribed to them on this replica: through one view on the lifecycle events for
 * all of them, and each event only to those who want it.
 */
@Injectable()
export class ConnectivityFeed {
  private readonly subscribers = new Map<string, Set<BoundedQueue<ConnectivityChange>>>();
  private view: ReturnType<TapPool['look']> | undefined;
  private count = 0;

  constructor(
    private readonly taps: TapPool,
    private readonly errors: ErrorTranslator,
  ) {}

  /** The changes that meet a filter. Resolves when every change from then on will be told. */
  async subscribe(connection: ClientConnection, filter: ConnectivityFilter): Promise<BoundedQueue<ConnectivityChange>> {
    const key = keyOf(filter);
    const queue = connection.open<ConnectivityChange>(
      LIMITS,
      () => this.errors.translate(tooSlow()),
      () => this.remove(key, queue),
    );
    const others = this.subscribers.get(key);
    if (others) others.add(queue);
    else this.subscribers.set(key, new Set([queue]));
    this.count++;
    this.view ??= this.taps.look(PRESENCE, (message) => this.announce(message));
    try {
      await this.view.opened;
    } catch (error) {
      queue.end();
      throw error;
    }
    return queue;
  }

  /** How many subscriptions there are. */
  get size(): number {
    return this.count;
  }

  private announce(message: Message): void {
    const change = toConnectivityChange(toPresenceEvent(message));
    if (change === undefined) return;
    const { clientId, thingName } = change;
    // The device of a thing is also the client whose id is its name.
    const keys = new Set([keyOf({}), keyOf({ clientId }), keyOf({ thingName: clientId })]);
    if (thingName !== null) keys.add(keyOf({ thingName }));
    for (const key of keys) {
      for (const queue of [...(this.subscribers.get(key) ?? [])]) queue.push(change);
    }
  }

  private remove(key: string, queue: BoundedQueue<ConnectivityChange>): void {
    const queues = this.subscribers.get(key);
    queues?.delete(queue);
    if (queues?.size === 0) this.subscribers.delete(key);
    if (--this.count > 0) return;
    this.view?.end();
    this.view = undefined;
  }
}

function keyOf({ clientId, thingName }: ConnectivityFilter): string {
  if (clientId !== undefined) return `client ${clientId}`;
  return thingName === undefined ? 'all' : `thing ${thingName}`;
}

function tooSlow(): IotError {
  return new IotError(
    'Throttling',
    `The subscription to connectivity was ended: more than ${LIMITS.items} changes waited for its client. Read faster, or subscribe to one thing`,
    { details: { waiting: LIMITS.items } },
  );
}
