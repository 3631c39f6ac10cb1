import type { ServiceName } from '#thingcore/contracts';
import { type EventHandlers, HandlerServer } from './handler.server.js';
import { RedisClock } from './redis-clock.js';
import { RedisCommandConsumer } from './redis-command-consumer.js';
import { RedisConnection } from './redis-connection.js';
import { RedisDeadLetters } from './redis-dead-letters.js';
import { RedisEventConsumer } from './redis-event-consumer.js';
import { RedisJanitor } from './redis-janitor.js';
import { RedisKeys } from './redis-keys.js';
import { RedisOnlookers } from './redis-onlookers.js';
import { RedisReclaimer } from './redis-reclaimer.js';
import { type RedisSettings, type RedisTransportOptions, redisSettings } from './redis-settings.js';
import { RedisStreamReader } from './redis-stream-reader.js';
import { RedisTurn } from './redis-turn.js';
import { RedisWatcher } from './redis-watcher.js';

/** A part of a running replica: how it stops taking messages, and how it finishes those it has. */
interface Part {
  readonly stop: () => Promise<void>;
  readonly drain: () => Promise<void>;
}

/**
 * The strategy of one replica of a service over Redis 6.2: commands from a stream shared by the replicas, group events
 * through a consumer group named after the service, broadcast events by subscription.
 */
export class RedisServer extends HandlerServer {
  readonly #settings: RedisSettings;
  readonly #service: ServiceName;
  readonly #keys: RedisKeys;
  readonly #clock = new RedisClock();
  readonly #parts: Part[] = [];
  #writer: RedisConnection | undefined;
  #subscriber: RedisConnection | undefined;

  constructor(options: RedisTransportOptions, service: ServiceName) {
    super();
    this.#settings = redisSettings(options);
    this.#service = service;
    this.#keys = new RedisKeys(this.#settings.prefix);
  }

  /** Connects and begins to take messages. Calls back with `ServiceUnavailable` when Redis does not answer in time. */
  override listen(callback: (error?: unknown) => void): void {
    this.#start().then(
      () => callback(),
      (error: unknown) => callback(error),
    );
  }

  /** Stops taking messages, finishes what is in flight (bounded), sends the replies and leaves Redis. */
  override async close(): Promise<void> {
    const parts = this.#parts.splice(0);
    await Promise.all(parts.map((part) => part.stop()));
    await Promise.all(parts.map((part) => part.drain()));
    await Promise.all([this.#writer?.close(), this.#subscriber?.close()]);
  }

  async #start(): Promise<void> {
    const { url, connectTimeoutMs } = this.#settings;
    this.#writer = new RedisConnection(url, `${this.#service}-writer`);
    this.#subscriber = new RedisConnection(url, `${this.#service}-subscriber`);
    try {
      await Promise.all([this.#writer.ready(connectTimeoutMs), this.#subscriber.ready(connectTimeoutMs)]);
      await this.#clock.synchronize(this.#writer.redis);
      await this.#startEvents(this.#writer);
      await this.#startWatching(this.#writer);
      await this.#startCommands(this.#writer);
      await this.#subscribe(this.#subscriber);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async #startCommands({ redis }: RedisConnection): Promise<void> {
    if (this.commandHandlers.size === 0) return;
    const stream = this.#keys.commands(this.#service);
    const consumer = new RedisCommandConsumer(
      ...([this.#settings, this.#service, stream, this.commandHandlers, redis, this.#clock] as const),
    );
    await consumer.start();
    const reader = new RedisStreamReader(this.#settings.url, `${this.#service}-commands`, consumer);
    await reader.start(this.#settings.connectTimeoutMs);
    this.#parts.push({
      stop: async () => {
        await this.#subscriber?.redis.unsubscribe(this.#keys.alive(this.#service)).catch(() => undefined);
        await reader.stop(redis, this.#settings.graceMs);
      },
      drain: () => consumer.drain(),
    });
  }

  async #startEvents(writer: RedisConnection): Promise<void> {
    const handlers = this.eventHandlers('group');
    if (handlers.size > 0) await this.#startConsumer(writer, handlers, this.#settings.newId());
    // A reader for each: whose turn it is with one event is nothing to another.
    for (const [pattern, ordered] of this.eventHandlers('ordered')) {
      const replica = this.#settings.newId();
      const turnKey = this.#keys.turn(this.#service, pattern);
      const turn = new RedisTurn(writer.redis, turnKey, replica, this.#settings.turnMs);
      await this.#startConsumer(writer, new Map([[pattern, ordered]]), replica, turn);
    }
  }

  async #startConsumer(
    { redis }: RedisConnection,
    handlers: EventHandlers,
    replica: string,
    turn?: RedisTurn,
  ): Promise<void> {
    const patterns = this.#streamsOf(handlers.keys());
    const streams = [...patterns.keys()];
    const deadLetters = new RedisDeadLetters(redis, this.#keys, this.#service);
    const consumer = new RedisEventConsumer(
      ...([this.#settings, this.#service, replica, patterns, handlers, redis, deadLetters, turn] as const),
    );
    await consumer.start();
    const reclaimer = new RedisReclaimer(this.#settings, this.#service, streams, redis, consumer);
    if (turn !== undefined) consumer.beforeTurn = () => reclaimer.claimAll();
    const reader = new RedisStreamReader(this.#settings.url, `${this.#service}-events`, consumer);
    await reader.start(this.#settings.connectTimeoutMs);
    const janitor = new RedisJanitor(this.#settings, streams, redis, this.#clock);
    reclaimer.start();
    janitor.start();
    this.#parts.push({
      stop: async () => {
        janitor.stop();
        reclaimer.stopClaiming();
        turn?.stop();
        await reader.stop(redis, this.#settings.graceMs);
      },
      drain: async () => {
        await consumer.drain().finally(() => reclaimer.stop());
        await turn?.end();
      },
    });
  }

  async #startWatching({ redis }: RedisConnection): Promise<void> {
    const handlers = this.eventHandlers('watch');
    if (handlers.size === 0) return;
    const onlookers = new RedisOnlookers(handlers);
    const watcher = new RedisWatcher(this.#streamsOf(handlers.keys()), redis, onlookers);
    await watcher.start();
    const reader = new RedisStreamReader(this.#settings.url, `${this.#service}-watcher`, watcher);
    await reader.start(this.#settings.connectTimeoutMs);
    this.#parts.push({
      stop: () => reader.stop(redis, this.#settings.graceMs),
      drain: () => onlookers.drain(this.#settings.graceMs),
    });
  }

  /** Last of all: with the liveness channel the replica says that it takes commands. */
  async #subscribe({ redis }: RedisConnection): Promise<void> {
    const handlers = this.eventHandlers('broadcast');
    const patterns = new Map([...handlers.keys()].map((pattern) => [this.#keys.broadcast(pattern), pattern]));
    const onlookers = new RedisOnlookers(handlers);
    redis.on('message', (channel: string, body: string) => {
      const pattern = patterns.get(channel);
      if (pattern !== undefined) onlookers.show(pattern, body);
    });
    const channels = [...patterns.keys()];
    if (this.commandHandlers.size > 0) channels.push(this.#keys.alive(this.#service));
    if (channels.length > 0) await redis.subscribe(...channels);
    this.#parts.push({
      stop: async () => {
        if (patterns.size > 0) await redis.unsubscribe(...patterns.keys()).catch(() => undefined);
      },
      drain: () => onlookers.drain(this.#settings.graceMs),
    });
  }

  #streamsOf(patterns: Iterable<string>): ReadonlyMap<string, string> {
    return new Map([...patterns].map((pattern) => [this.#keys.events(pattern), pattern]));
  }
}
