import { Logger } from '@nestjs/common';
import type { MessageHandler } from '@nestjs/microservices';
import type { ServiceName } from '#thingcore/contracts';
import { IotError, reviveError } from '#thingcore/errors';
import type { Redis } from 'ioredis';
import { isObservable, lastValueFrom } from 'rxjs';
import { startHandler } from './handler.server.js';
import { InFlight } from './in-flight.js';
import type { RedisClock } from './redis-clock.js';
import { type StreamEntries, type StreamEntry, entryTimeMs } from './redis-entries.js';
import {
  BATCH_FIELD,
  REPLY_TO_FIELD,
  type WireRequest,
  encodeFailure,
  encodeResult,
  joinBatch,
  splitBatch,
} from './redis-envelope.js';
import { ensureGroup } from './redis-groups.js';
import type { RedisSettings } from './redis-settings.js';
import { BLOCK_MS, type StreamSource } from './redis-stream-reader.js';
import { type Batch, TickBatcher } from './tick-batcher.js';

/** One group for all replicas: whichever reads an entry first has it. */
const GROUP = 'replicas';
/** With NOACK a group keeps no list of who has what, so the replicas need no names of their own. */
const CONSUMER = 'any';
/** Entries a read takes at most; few, so that the replicas share a burst. */
const READ_ENTRIES = 8;
const DELETE_EVERY_MS = 100;

/** Takes the requests of a service off its stream, runs their handlers and replies. */
export class RedisCommandConsumer implements StreamSource {
  readonly #logger = new Logger('RedisCommandConsumer');
  readonly #stream: string;
  readonly #inFlight = new InFlight();
  readonly #replies: TickBatcher<string>;
  #handled: string[] = [];
  #deleter: NodeJS.Timeout | undefined;

  constructor(
    private readonly settings: RedisSettings,
    private readonly service: ServiceName,
    stream: string,
    private readonly handlers: ReadonlyMap<string, MessageHandler>,
    private readonly redis: Redis,
    private readonly clock: RedisClock,
  ) {
    this.#stream = stream;
    const { maxBatchItems: items, maxBatchChars: chars } = settings;
    this.#replies = new TickBatcher({ items, chars }, (batches) => this.#reply(batches));
  }

  /** Makes the stream ready. What waits in it from before is either still in time or dropped. */
  async start(): Promise<void> {
    await ensureGroup(this.redis, this.#stream, GROUP, '0');
    this.#deleter = setInterval(() => this.#deleteHandled(), DELETE_EVERY_MS);
  }

  /** Waits for the handlers under way, bounded, and sends their replies. */
  async drain(): Promise<void> {
    const drained = await this.#inFlight.drained(this.settings.graceMs);
    if (!drained) this.#logger.warn(`${this.#inFlight.count} commands still run after ${this.settings.graceMs} ms`);
    clearInterval(this.#deleter);
    this.#replies.flush();
    this.#deleteHandled();
  }

  /** NOACK acknowledges on receipt: a command is never run twice, the deadline tells its caller of a crash. */
  async next(): Promise<[string, ...(string | number)[]]> {
    // The turn's replies go out first: they are what a caller is waiting for.
    await new Promise<void>((resume) => setImmediate(resume));
    await this.#inFlight.until(this.settings.concurrency);
    return [
      ...(['XREADGROUP', 'GROUP', GROUP, CONSUMER, 'COUNT', READ_ENTRIES] as const),
      ...['BLOCK', BLOCK_MS, 'NOACK', 'STREAMS', this.#stream, '>'],
    ];
  }

  take(streams: StreamEntries[]): void {
    for (const { entries } of streams) {
      for (const entry of entries) {
        this.#handled.push(entry.id);
        try {
          this.#takeEntry(entry);
        } catch (error) {
          this.#logger.error(`Entry ${entry.id} of ${this.#stream} cannot be read: ${String(error)}`);
        }
      }
    }
  }

  async repair(): Promise<void> {
    await ensureGroup(this.redis, this.#stream, GROUP, '0');
  }

  #takeEntry({ id, fields }: StreamEntry): void {
    const replyTo = fields.get(REPLY_TO_FIELD) ?? '';
    const ageMs = this.clock.nowMs() - entryTimeMs(id);
    for (const request of splitBatch<WireRequest>(fields.get(BATCH_FIELD) ?? '[]')) {
      // Its caller has given up: doing the work now would surprise everybody.
      if (ageMs < request[2]) this.#handle(request, replyTo);
    }
  }

  /** Chained by hand: every async function around a handler costs promises, and this runs for each command. */
  #handle([id, pattern, , correlationId, payload, traceparent]: WireRequest, replyTo: string): void {
    const handler = this.handlers.get(pattern);
    if (!handler) {
      const text = `${this.service} has no handler for ${pattern}; is it of an older version than its caller?`;
      this.#answer(replyTo, encodeFailure(id, new IotError('ServiceUnavailable', text, { details: { pattern } })));
      return;
    }
    this.#inFlight.begin();
    const succeed = (result: unknown): void | Promise<void> => {
      if (isObservable(result)) return lastValueFrom(result, { defaultValue: undefined }).then(succeed, fail);
      this.#inFlight.end();
      this.#answer(replyTo, encodeOutcome(id, pattern, result));
    };
    const fail = (error: unknown): void => {
      this.#inFlight.end();
      this.#answer(replyTo, encodeFailure(id, reviveError(error)));
    };
    void startHandler('command', handler, pattern, correlationId, payload, traceparent).then(succeed, fail);
  }

  #answer(replyTo: string, text: string): void {
    this.#replies.add(replyTo, text, text.length);
  }

  #reply(batches: Batch<string>[]): void {
    if (batches.length === 1 && batches[0]) {
      this.redis.publish(batches[0].destination, joinBatch(batches[0].items)).catch(noteLostReply);
      return;
    }
    const pipeline = this.redis.pipeline();
    for (const { destination, items } of batches) pipeline.publish(destination, joinBatch(items));
    pipeline.exec().catch(noteLostReply);
  }

  /** Read entries are of no use to anybody; the stream holds what waits. */
  #deleteHandled(): void {
    if (this.#handled.length === 0) return;
    const ids = this.#handled;
    this.#handled = [];
    // Away with the connection: a later trim of the stream removes them.
    this.redis.xdel(this.#stream, ...ids).catch(() => 0);
  }
}

/** A result that is no JSON is a failure of the handler, not of its caller. */
function encodeOutcome(id: number, pattern: string, result: unknown): string {
  try {
    return encodeResult(id, pattern, result);
  } catch (error) {
    new Logger('RedisCommandConsumer').error(`The reply of ${pattern} cannot be sent: ${String(error)}`);
    return encodeFailure(id, reviveError(undefined));
  }
}

/** Without a connection the replies are lost; the callers' connections are too, or their deadlines tell. */
function noteLostReply(error: unknown): void {
  new Logger('RedisCommandConsumer').warn(
    `Replies were lost: ${error instanceof Error ? error.message : String(error)}`,
  );
}
