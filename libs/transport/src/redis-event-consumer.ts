import { Logger } from '@nestjs/common';
import type { MessageHandler } from '@nestjs/microservices';
import type { ServiceName } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import type { Redis } from 'ioredis';
import { type EventHandlers, invoke } from './handler.server.js';
import { InFlight } from './in-flight.js';
import type { RedisDeadLetters } from './redis-dead-letters.js';
import type { StreamEntries, StreamEntry } from './redis-entries.js';
import { BATCH_FIELD, type WireEvent, splitBatch } from './redis-envelope.js';
import { ensureGroup } from './redis-groups.js';
import type { RedisSettings } from './redis-settings.js';
import { BLOCK_MS, type StreamSource } from './redis-stream-reader.js';
import type { RedisTurn } from './redis-turn.js';
import { runWithRetry } from './retry.js';
import { Slots } from './slots.js';
import { type Batch, TickBatcher } from './tick-batcher.js';

const READ_ENTRIES = 8;
const ACKS_PER_COMMAND = 256;

/** Takes group events off their streams as one replica of its service, runs their handlers and acknowledges. */
export class RedisEventConsumer implements StreamSource {
  readonly #logger = new Logger('RedisEventConsumer');
  readonly #patterns: ReadonlyMap<string, string>;
  readonly #held = new Map<string, Set<string>>();
  readonly #inFlight = new InFlight();
  readonly #slots: Slots;
  readonly #stopping = new AbortController();
  readonly #acks: TickBatcher<string>;
  #isTurnNew = false;

  /** What to do first when a turn begins: what another replica left unfinished comes before what is new. */
  beforeTurn: () => Promise<void> = () => Promise.resolve();

  /** `patterns` gives the event of each stream; `replica` names this consumer in the groups; with a turn it waits for it. */
  constructor(
    private readonly settings: RedisSettings,
    private readonly group: ServiceName,
    readonly replica: string,
    patterns: ReadonlyMap<string, string>,
    private readonly handlers: EventHandlers,
    private readonly redis: Redis,
    private readonly deadLetters: RedisDeadLetters,
    private readonly turn?: RedisTurn,
  ) {
    this.#patterns = patterns;
    this.#slots = new Slots(settings.eventConcurrency);
    this.#acks = new TickBatcher({ items: ACKS_PER_COMMAND, chars: Infinity }, (batches) => this.#acknowledge(batches));
  }

  /**
   * Makes the groups ready. A service that starts for the first time hears what happens from now on; what was before
   * it reads from its owner.
   */
  async start(): Promise<void> {
    for (const stream of this.#patterns.keys()) await ensureGroup(this.redis, stream, this.group, '$');
  }

  /** Redis came back without the group, so without the older entries: everything in the stream is new. */
  async repair(): Promise<void> {
    for (const stream of this.#patterns.keys()) await ensureGroup(this.redis, stream, this.group, '0');
  }

  /** Waits for the handlers under way, bounded. What is between two tries is left to another replica. */
  async drain(): Promise<void> {
    this.#stopping.abort();
    const drained = await this.#inFlight.drained(this.settings.graceMs);
    if (!drained) this.#logger.warn(`${this.#inFlight.count} event entries are left to another replica`);
    this.#acks.flush();
  }

  async next(): Promise<[string, ...(string | number)[]]> {
    do {
      await this.#slots.room();
      await this.#beginTurn();
    } while (!this.isActive && this.turn?.isStopped === false);
    const streams = [...this.#patterns.keys()];
    return [
      ...(['XREADGROUP', 'GROUP', this.group, this.replica, 'COUNT', READ_ENTRIES] as const),
      ...['BLOCK', this.#blockMs(), 'STREAMS', ...streams, ...streams.map(() => '>')],
    ];
  }

  async #beginTurn(): Promise<void> {
    if (await this.turn?.wait()) this.#isTurnNew = true;
    if (this.#isTurnNew) await this.beforeTurn();
    this.#isTurnNew = false;
  }

  /** A read that outlives the turn would take what comes in the turn of another replica. */
  #blockMs(): number {
    if (this.turn === undefined) return BLOCK_MS;
    return Math.max(1, Math.min(BLOCK_MS, Math.floor(this.turn.leftMs / 2)));
  }

  take(streams: StreamEntries[]): void {
    for (const { stream, entries } of streams) {
      for (const entry of entries) void this.handle(stream, entry);
    }
  }

  /** Whether this replica may handle what is in its streams now. */
  get isActive(): boolean {
    return this.turn?.isHeld ?? true;
  }

  /** The entries this replica has taken and not yet acknowledged, by stream. */
  held(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#held;
  }

  /** Handles the events of an entry, in order, and acknowledges it when all are done or kept as dead letters. */
  async handle(stream: string, entry: StreamEntry): Promise<void> {
    const events = this.#hold(stream, entry);
    if (!events) return;
    const pattern = this.#patterns.get(stream) ?? stream;
    const handlers = this.handlers.get(pattern) ?? [];
    const outcomes = await Promise.all(
      events.flatMap((event) => handlers.map((handler) => this.#handleEvent(pattern, entry.id, event, handler))),
    );
    this.#finish(stream, entry.id, outcomes.every(Boolean));
  }

  /** Keeps the events of an entry as dead letters that killed its replica again and again. */
  async bury(stream: string, entry: StreamEntry, deliveries: number): Promise<void> {
    const events = this.#hold(stream, entry);
    if (!events) return;
    const error = new IotError('Internal', `Its replica stopped in mid-work ${deliveries - 1} times`);
    const outcomes = await Promise.all(
      events.map((event) => this.#keepDead(this.#patterns.get(stream) ?? stream, entry.id, event, error)),
    );
    this.#finish(stream, entry.id, outcomes.every(Boolean));
  }

  async #handleEvent(pattern: string, entryId: string, event: WireEvent, handler: MessageHandler): Promise<boolean> {
    const [correlationId, payload, traceparent] = event;
    const { maxDeliveries: maxTries, retryDelayMs: delayMs } = this.settings;
    const { signal } = this.#stopping;
    // A copy for each further run and handler: what one changes, no other sees.
    const run = () => invoke('event', handler, pattern, correlationId, structuredClone(payload), traceparent);
    const outcome = await this.#slots.run(async () => {
      // Whose turn it is now has taken over what is not begun.
      if (!this.isActive) return 'left';
      return (await runWithRetry(run, { maxTries, delayMs, waitsForReturn: true }, signal)) ?? 'done';
    });
    if (outcome === 'done') return true;
    if (outcome === 'left' || signal.aborted || !this.isActive) return false;
    return this.#keepDead(pattern, entryId, event, outcome);
  }

  async #keepDead(pattern: string, entryId: string, event: WireEvent, error: IotError): Promise<boolean> {
    const [correlationId, payload] = event;
    try {
      await this.deadLetters.keep({ pattern, entryId, correlationId, payload, error });
      return true;
    } catch {
      return false; // Not kept, so not acknowledged: it comes again.
    }
  }

  #hold(stream: string, entry: StreamEntry): WireEvent[] | undefined {
    const held = this.#held.get(stream) ?? new Set();
    if (held.has(entry.id)) return undefined; // Reclaimed from ourselves after a stall; it is under way.
    this.#held.set(stream, held.add(entry.id));
    this.#inFlight.begin();
    try {
      return splitBatch<WireEvent>(entry.fields.get(BATCH_FIELD) ?? '[]');
    } catch (error) {
      this.#logger.error(`Entry ${entry.id} of ${stream} cannot be read and is skipped: ${String(error)}`);
      return [];
    }
  }

  #finish(stream: string, entryId: string, isDone: boolean): void {
    if (isDone) this.#acks.add(stream, entryId, 0);
    else this.#release(stream, [entryId]);
  }

  #acknowledge(batches: Batch<string>[]): void {
    for (const { destination: stream, items } of batches) {
      void this.redis
        .xack(stream, this.group, ...items)
        // Not acknowledged, so handled again: handlers are idempotent.
        .catch((error: unknown) =>
          this.#logger.warn(`${items.length} entries of ${stream} come again: ${String(error)}`),
        )
        .then(() => this.#release(stream, items));
    }
  }

  #release(stream: string, entryIds: readonly string[]): void {
    for (const id of entryIds) {
      this.#held.get(stream)?.delete(id);
      this.#inFlight.end();
    }
  }
}
