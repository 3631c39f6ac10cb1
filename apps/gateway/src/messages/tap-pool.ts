import { Injectable } from '@nestjs/common';
import { type BrokerMessage, closeTap, openTap } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { IdGenerator, Lifecycle, Logger, type Part } from '#thingcore/platform';
import { RpcClient } from '#thingcore/transport';
import { ErrorTranslator } from '../errors/error-translator.js';
import type { BoundedQueue, QueueLimits } from '../requests/bounded-queue.js';
import type { ClientConnection } from '../requests/client-connection.js';
import { type Message, toMessage } from './message.type.js';

const LIMITS: QueueLimits = { items: 1_000, bytes: 4 * 1024 * 1024 };

/** A gateway that dies leaves its taps behind for at most this long, in milliseconds. */
const LEASE_MS = 60_000;

/** Two renewals may fail before a lease ends. */
const RENEWAL_MS = LEASE_MS / 3;

/** Hears the messages of a topic filter; `bytes` is about what one costs while it waits. */
export type MessageListener = (message: Message, bytes: number) => void;

interface Tap {
  readonly tapId: string;
  readonly topicFilter: string;
  readonly listeners: Set<MessageListener>;
  /** Settles when the broker has answered the first request. */
  readonly opened: Promise<unknown>;
}

/** The live views on messages: one tap a topic filter, however many clients of this gateway look through it. */
@Injectable()
export class TapPool implements Part {
  readonly name = 'message taps';
  readonly stage = 'prepare';
  private readonly tapsByFilter = new Map<string, Tap>();
  private readonly tapsById = new Map<string, Tap>();
  private readonly closing = new Set<Promise<void>>();
  private renewal: NodeJS.Timeout | undefined;

  constructor(
    lifecycle: Lifecycle,
    private readonly rpc: RpcClient,
    private readonly ids: IdGenerator,
    private readonly logger: Logger,
    private readonly errors: ErrorTranslator,
  ) {
    lifecycle.add(this);
  }

  start(): Promise<void> {
    this.renewal = setInterval(() => void this.renewAll(), RENEWAL_MS);
    return Promise.resolve();
  }

  /** Waits for the taps of the clients that have just been cut off to be closed. */
  async stop(): Promise<void> {
    clearInterval(this.renewal);
    await Promise.all(this.closing);
  }

  /**
   * The messages of a topic filter. Resolves when the tap is open: every message taken after that is seen.
   *
   * @throws what the broker says to the filter
   */
  async subscribe(connection: ClientConnection, topicFilter: string): Promise<BoundedQueue<Message>> {
    // The queue first: a connection that may have no more must not leave a tap behind.
    const queue = connection.open<Message>(
      LIMITS,
      () => this.errors.translate(tooSlow(topicFilter)),
      () => look.end(),
    );
    const look = this.look(topicFilter, (message, bytes) => queue.push(message, bytes));
    try {
      await look.opened;
    } catch (error) {
      queue.end();
      throw error;
    }
    return queue;
  }

  /**
   * Has a listener hear the messages of a topic filter until `end` is called, once. `opened` resolves when every message that
   * is taken from then on will be heard, and rejects with what the broker says to the filter.
   */
  look(topicFilter: string, listener: MessageListener): { readonly opened: Promise<unknown>; end(): void } {
    const tap = this.tapsByFilter.get(topicFilter) ?? this.open(topicFilter);
    tap.listeners.add(listener);
    return { opened: tap.opened, end: () => this.leave(tap, listener) };
  }

  /** Hands a message to those who look through these taps; taps of other gateways are not known here. */
  offer(tapIds: readonly string[], message: BrokerMessage): void {
    const taps = tapIds.map((tapId) => this.tapsById.get(tapId)).filter((tap) => tap !== undefined);
    if (taps.length === 0) return;
    const shown = toMessage(message);
    for (const { listeners } of taps) {
      for (const listener of [...listeners]) listener(shown, message.payload.length);
    }
  }

  /** How many taps are open. */
  get size(): number {
    return this.tapsById.size;
  }

  private open(topicFilter: string): Tap {
    const tapId = this.ids.uuid();
    const opened = this.rpc.call(openTap, { tapId, topicFilter, leaseMs: LEASE_MS });
    const tap: Tap = { tapId, topicFilter, listeners: new Set(), opened };
    this.tapsByFilter.set(topicFilter, tap);
    this.tapsById.set(tapId, tap);
    return tap;
  }

  private leave(tap: Tap, listener: MessageListener): void {
    tap.listeners.delete(listener);
    if (tap.listeners.size > 0) return;
    this.tapsById.delete(tap.tapId);
    if (this.tapsByFilter.get(tap.topicFilter) === tap) this.tapsByFilter.delete(tap.topicFilter);
    const closed = this.close(tap).finally(() => this.closing.delete(closed));
    this.closing.add(closed);
  }

  private async close({ tapId, topicFilter, opened }: Tap): Promise<void> {
    try {
      await opened;
    } catch {
      return; // What was not opened need not be closed.
    }
    try {
      await this.rpc.call(closeTap, { tapId });
    } catch (error) {
      this.logger.warn('a tap was not closed and ends with its lease', { topicFilter, error: String(error) });
    }
  }

  /** The broker opens a tap it does not know any more, so a renewal also repairs what its restart has closed. */
  private async renewAll(): Promise<void> {
    await Promise.all(
      [...this.tapsById.values()].map(async ({ tapId, topicFilter }) => {
        try {
          await this.rpc.call(openTap, { tapId, topicFilter, leaseMs: LEASE_MS });
        } catch (error) {
          this.logger.warn('a tap could not be renewed', { topicFilter, error: String(error) });
        }
      }),
    );
  }
}

function tooSlow(topicFilter: string): IotError {
  return new IotError(
    'Throttling',
    `The subscription to ${topicFilter} was ended: more than ${LIMITS.items} messages or ${LIMITS.bytes} bytes waited for its client. Read faster, or subscribe to a narrower filter`,
    { details: { topicFilter, waiting: LIMITS.items, waitingBytes: LIMITS.bytes } },
  );
}
