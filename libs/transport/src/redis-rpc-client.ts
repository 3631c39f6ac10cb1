import type { CommandContract, ReplyOf, RequestOf, ServiceName } from '#thingcore/contracts';
import { IotError, reviveError } from '#thingcore/errors';
import { currentTraceparent } from '#thingcore/tracing';
import { currentCorrelationId } from './call-scope.js';
import { deadlinePassed } from './deadline.js';
import { InFlight } from './in-flight.js';
import { toJson } from './json-copy.js';
import { RedisConnection } from './redis-connection.js';
import { BATCH_FIELD, REPLY_TO_FIELD, type WireReply, encodeRequest, joinBatch, splitBatch } from './redis-envelope.js';
import { RedisKeys } from './redis-keys.js';
import { LIVENESS_MS, RedisLiveness, nobodyListens } from './redis-liveness.js';
import { type RedisSettings, type RedisTransportOptions, redisSettings } from './redis-settings.js';
import { type CallOptions, DEFAULT_DEADLINE_MS, RpcClient } from './rpc-client.js';
import { type Batch, TickBatcher } from './tick-batcher.js';

const SWEEP_MS = 20;
/** Requests are short-lived: this many entries wait for a service at most, about, before the oldest are cut. */
const MAX_REQUEST_ENTRIES = 10_000;

interface PendingCall {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: IotError) => void;
  readonly contract: CommandContract;
  readonly deadlineMs: number;
  readonly expiresAt: number;
  batch?: Batch<string>;
}

/** Calls services through Redis streams; all requests of one tick to one service travel as one entry. */
export class RedisRpcClient extends RpcClient {
  readonly #settings: RedisSettings;
  readonly #keys: RedisKeys;
  readonly #replyChannel: string;
  readonly #writer: RedisConnection;
  readonly #subscriber: RedisConnection;
  readonly #liveness: RedisLiveness;
  readonly #batcher: TickBatcher<string>;
  readonly #pending = new Map<number, PendingCall>();
  readonly #inFlight = new InFlight();
  readonly #entryIds = new WeakMap<Batch<string>, string>();
  #connecting: Promise<void> | undefined;
  #sweeper: NodeJS.Timeout | undefined;
  #nextId = 1;
  #nextLivenessCheck = 0;

  constructor(options: RedisTransportOptions) {
    super();
    this.#settings = redisSettings(options);
    this.#keys = new RedisKeys(this.#settings.prefix);
    this.#replyChannel = this.#keys.replies(this.#settings.newId());
    this.#writer = new RedisConnection(this.#settings.url, 'rpc-writer');
    this.#subscriber = new RedisConnection(this.#settings.url, 'rpc-replies');
    this.#liveness = new RedisLiveness(this.#writer.redis, this.#keys);
    const { maxBatchItems: items, maxBatchChars: chars } = this.#settings;
    this.#batcher = new TickBatcher({ items, chars }, (batches) => this.#send(batches));
    this.#subscriber.redis.on('message', (_channel: string, message: string) => this.#receive(message));
    this.#subscriber.redis.on('close', () => this.#failAll('The connection to Redis was lost'));
  }

  /** Resolves when calls can be made; may be called any number of times. Errors: `ServiceUnavailable`. */
  connect(): Promise<void> {
    this.#connecting ??= this.#connect().catch((error: unknown) => {
      this.#connecting = undefined;
      throw error;
    });
    return this.#connecting;
  }

  /** Whether a call made now would reach Redis, and its answer this process. */
  get isReady(): boolean {
    return this.#writer.isReady && this.#subscriber.isReady;
  }

  override call<C extends CommandContract>(
    contract: C,
    input: RequestOf<C>,
    options: CallOptions = {},
  ): Promise<ReplyOf<C>> {
    return new Promise<unknown>((resolve, reject) => {
      const correlationId = options.correlationId ?? currentCorrelationId() ?? this.#settings.newId();
      const body = toJson(contract.pattern, input);
      const deadlineMs = options.deadlineMs ?? DEFAULT_DEADLINE_MS;
      const id = this.#nextId++;
      const call: PendingCall = { resolve, reject, contract, deadlineMs, expiresAt: performance.now() + deadlineMs };
      this.#pending.set(id, call);
      this.#inFlight.begin();
      this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MS);
      if (this.isReady && this.#liveness.isKnownAlive(contract.owner)) {
        this.#enqueue(id, call, correlationId, body);
      } else {
        void this.#enqueueWhenAlive(id, call, correlationId, body);
      }
    }) as Promise<ReplyOf<C>>;
  }

  /** Waits for the calls in flight (bounded), fails the rest and leaves Redis. */
  async close(): Promise<void> {
    await this.#inFlight.drained(this.#settings.graceMs);
    this.#failAll('This process is stopping');
    clearInterval(this.#sweeper);
    await Promise.all([this.#writer.close(), this.#subscriber.close()]);
  }

  async #connect(): Promise<void> {
    const { connectTimeoutMs } = this.#settings;
    await Promise.all([this.#writer.ready(connectTimeoutMs), this.#subscriber.ready(connectTimeoutMs)]);
    await this.#subscriber.redis.subscribe(this.#replyChannel);
  }

  async #enqueueWhenAlive(id: number, call: PendingCall, correlationId: string, body?: string): Promise<void> {
    const { owner, pattern } = call.contract;
    try {
      await this.connect();
      const isAlive = this.#liveness.isKnownAlive(owner) || (await this.#liveness.ask(owner));
      if (!isAlive) this.#settle(id)?.reject(nobodyListens(owner, pattern));
      else if (this.#pending.has(id)) this.#enqueue(id, call, correlationId, body);
    } catch (cause) {
      this.#settle(id)?.reject(unreachable(pattern, cause));
    }
  }

  #enqueue(id: number, call: PendingCall, correlationId: string, body: string | undefined): void {
    const { owner, pattern } = call.contract;
    const ttlMs = Math.max(1, Math.round(call.expiresAt - performance.now()));
    const text = encodeRequest(id, pattern, ttlMs, correlationId, body, currentTraceparent());
    call.batch = this.#batcher.add(owner, text, text.length);
  }

  #send(batches: Batch<string>[]): void {
    const target = batches.length > 1 ? this.#writer.redis.pipeline() : undefined;
    for (const batch of batches) {
      const key = this.#keys.commands(batch.destination as ServiceName);
      const body = joinBatch(batch.items);
      batch.items.length = 0; // Calls hold their batch until they are answered; they need not hold its texts.
      const sent = (target ?? this.#writer.redis).xadd(
        ...([key, 'MAXLEN', '~', MAX_REQUEST_ENTRIES, '*'] as const),
        ...[REPLY_TO_FIELD, this.#replyChannel, BATCH_FIELD, body],
        (error: Error | null | undefined, entryId: unknown) => {
          if (error) this.#failBatch(batch, error);
          else this.#entryIds.set(batch, String(entryId));
        },
      );
      // The callback has dealt with a failure; the promise beside it must not count as unhandled.
      if (!target) (sent as Promise<unknown>).catch(() => undefined);
    }
    target?.exec().catch(() => undefined);
  }

  #receive(message: string): void {
    for (const [id, isSuccess, result] of splitBatch<WireReply>(message)) {
      const call = this.#settle(id);
      if (isSuccess) call?.resolve(result);
      else call?.reject(reviveError(result));
    }
  }

  #settle(id: number): PendingCall | undefined {
    const call = this.#pending.get(id);
    if (!call) return undefined; // Its deadline passed before the answer came.
    this.#pending.delete(id);
    this.#inFlight.end();
    return call;
  }

  #sweep(): void {
    if (this.#pending.size === 0) {
      clearInterval(this.#sweeper);
      this.#sweeper = undefined;
      return;
    }
    const now = performance.now();
    const services = new Set<ServiceName>();
    for (const [id, call] of this.#pending) {
      if (now >= call.expiresAt) this.#settle(id)?.reject(deadlinePassed(call.contract.pattern, call.deadlineMs));
      else if (call.batch) services.add(call.contract.owner);
    }
    if (now < this.#nextLivenessCheck) return;
    this.#nextLivenessCheck = now + LIVENESS_MS;
    for (const service of services) void this.#failUnlessAlive(service);
  }

  /** Calls whose last replica has left fail now instead of at their deadline, and their requests are withdrawn. */
  async #failUnlessAlive(service: ServiceName): Promise<void> {
    const waiting = [...this.#pending].filter(([, call]) => call.batch && call.contract.owner === service);
    const isAlive = await this.#liveness.ask(service).catch(() => true);
    if (isAlive) return;
    const entryIds = new Set<string>();
    for (const [id, { batch, contract }] of waiting) {
      const entryId = batch && this.#entryIds.get(batch);
      if (entryId) entryIds.add(entryId);
      this.#settle(id)?.reject(nobodyListens(service, contract.pattern));
    }
    if (entryIds.size > 0) await this.#writer.redis.xdel(this.#keys.commands(service), ...entryIds).catch(() => 0);
  }

  #failBatch(batch: Batch<string>, cause: Error): void {
    for (const [id, call] of this.#pending) {
      if (call.batch === batch) this.#settle(id)?.reject(unreachable(call.contract.pattern, cause));
    }
  }

  #failAll(reason: string): void {
    for (const [id, call] of this.#pending) {
      // What was not sent yet goes out, or fails, when the connection is back.
      if (call.batch || this.#writer.isClosed) this.#settle(id)?.reject(unreachable(call.contract.pattern, reason));
    }
  }
}

function unreachable(pattern: string, cause: unknown): IotError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new IotError('ServiceUnavailable', `${pattern} could not be answered: ${reason}`, {
    details: { pattern },
    cause,
  });
}
