import type { ServiceName } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import type { Redis } from 'ioredis';
import type { RedisKeys } from './redis-keys.js';

/** Milliseconds an answer is believed. */
export const LIVENESS_MS = 250;

/**
 * Whether anybody serves a service, from the subscribers of its liveness channel. Redis drops a subscription with its
 * connection: a killed replica is gone at once, and a busy one is not taken for dead because its heartbeat was late.
 */
export class RedisLiveness {
  readonly #redis: Redis;
  readonly #keys: RedisKeys;
  readonly #believedUntil = new Map<ServiceName, number>();
  readonly #asking = new Map<ServiceName, Promise<boolean>>();

  constructor(redis: Redis, keys: RedisKeys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** Whether a replica listened within the last 250 ms; false means "ask". */
  isKnownAlive(service: ServiceName): boolean {
    return performance.now() < (this.#believedUntil.get(service) ?? 0);
  }

  /** Asks Redis whether a replica listens now. Rejects when Redis does not answer. */
  ask(service: ServiceName): Promise<boolean> {
    const asked = this.#asking.get(service);
    if (asked) return asked;
    const asking = this.#ask(service).finally(() => this.#asking.delete(service));
    this.#asking.set(service, asking);
    return asking;
  }

  async #ask(service: ServiceName): Promise<boolean> {
    const reply: unknown = await this.#redis.call('PUBSUB', 'NUMSUB', this.#keys.alive(service));
    const isAlive = Array.isArray(reply) && Number(reply[1]) > 0;
    this.#believedUntil.set(service, isAlive ? performance.now() + LIVENESS_MS : 0);
    return isAlive;
  }
}

/** What a caller hears when no replica of a service is up. */
export function nobodyListens(service: ServiceName, pattern: string): IotError {
  return new IotError(
    'ServiceUnavailable',
    `No replica of ${service} listens, ${pattern} cannot be answered; start it`,
    {
      details: { service, pattern },
    },
  );
}
