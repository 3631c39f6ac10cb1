import { setTimeout as sleep } from 'node:timers/promises';
import type { EventContract } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { currentTraceparent } from '#thingcore/tracing';
import { currentCorrelationId } from './call-scope.js';
import { EventBus, type EventInputOf } from './event-bus.js';
import { InFlight } from './in-flight.js';
import { RedisConnection } from './redis-connection.js';
import { BATCH_FIELD, encodeEvent, joinBatch } from './redis-envelope.js';
import { isReplyError } from './redis-groups.js';
import { RedisKeys } from './redis-keys.js';
import { type RedisSettings, type RedisTransportOptions, redisSettings } from './redis-settings.js';
import { type Batch, TickBatcher } from './tick-batcher.js';

/** Before what a lost connection has left unsent is sent again. */
const RETRY_MS = 20;

interface Publication {
  readonly text: string;
  readonly contract: EventContract;
  readonly resolve: () => void;
  readonly reject: (error: IotError) => void;
}

/**
 * Publishes through Redis; all events of one tick and pattern travel as one entry. A lost connection is waited for
 * (`publishPatienceMs`), then the publisher hears that its event is not safe; an event may arrive twice that way.
 */
export class RedisEventBus extends EventBus {
  readonly #settings: RedisSettings;
  readonly #keys: RedisKeys;
  readonly #writer: RedisConnection;
  readonly #batcher: TickBatcher<Publication>;
  readonly #inFlight = new InFlight();

  constructor(options: RedisTransportOptions) {
    super();
    this.#settings = redisSettings(options);
    this.#keys = new RedisKeys(this.#settings.prefix);
    this.#writer = new RedisConnection(this.#settings.url, 'event-bus');
    const { maxBatchItems: items, maxBatchChars: chars } = this.#settings;
    this.#batcher = new TickBatcher({ items, chars }, (batches) => void this.#send(batches));
  }

  /** Resolves when events can be published. Errors: `ServiceUnavailable`. */
  connect(): Promise<void> {
    return this.#writer.ready(this.#settings.connectTimeoutMs);
  }

  /** Whether an event published now would reach Redis. */
  get isReady(): boolean {
    return this.#writer.isReady;
  }

  override publish<E extends EventContract>(contract: E, payload: EventInputOf<E>): Promise<void> {
    return new Promise((resolve, reject) => {
      const correlationId = currentCorrelationId() ?? this.#settings.newId();
      const text = encodeEvent(contract.pattern, correlationId, payload, currentTraceparent());
      this.#inFlight.begin();
      this.#batcher.add(contract.pattern, { text, contract, resolve, reject }, text.length);
    });
  }

  /** Sends what is collected, waits for Redis (bounded) and leaves. */
  async close(): Promise<void> {
    this.#batcher.flush();
    await this.#inFlight.drained(this.#settings.graceMs);
    await this.#writer.close();
  }

  async #send(batches: Batch<Publication>[]): Promise<void> {
    const giveUpAt = performance.now() + this.#settings.publishPatienceMs;
    let unsent = batches;
    while (unsent.length > 0) {
      try {
        await this.#writer.ready(giveUpAt - performance.now());
      } catch (cause) {
        for (const batch of unsent) this.#reject(batch, cause);
        return;
      }
      unsent = await this.#attempt(unsent);
      // Never at once: a loop without a turn of the event loop would keep the connection from coming back.
      if (unsent.length > 0) await sleep(RETRY_MS);
    }
  }

  /** Sends the batches in order and returns those of which a lost connection leaves the fate unknown. */
  async #attempt(batches: Batch<Publication>[]): Promise<Batch<Publication>[]> {
    const pipeline = this.#writer.redis.pipeline();
    for (const { destination, items } of batches) {
      const body = joinBatch(items.map(({ text }) => text));
      if (items[0]?.contract.delivery === 'broadcast') pipeline.publish(this.#keys.broadcast(destination), body);
      else
        pipeline.xadd(
          this.#keys.events(destination),
          'MAXLEN',
          '~',
          this.#settings.maxStreamEntries,
          '*',
          BATCH_FIELD,
          body,
        );
    }
    const results = await pipeline.exec().catch(() => null);
    return batches.filter((batch, index) => {
      const [error] = results?.[index] ?? [new Error('The connection to Redis was lost')];
      if (!error) for (const { resolve } of this.#settle(batch)) resolve();
      else if (isReplyError(error)) this.#reject(batch, error);
      else return true;
      return false;
    });
  }

  #reject(batch: Batch<Publication>, cause: unknown): void {
    const reason = cause instanceof Error ? cause.message : String(cause);
    for (const { reject, contract } of this.#settle(batch)) {
      const text = `Event ${contract.pattern} is not safe: ${reason}`;
      reject(new IotError('ServiceUnavailable', text, { details: { pattern: contract.pattern }, cause }));
    }
  }

  #settle(batch: Batch<Publication>): readonly Publication[] {
    for (let index = 0; index < batch.items.length; index++) this.#inFlight.end();
    return batch.items;
  }
}
