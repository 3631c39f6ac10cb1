import type { Redis } from 'ioredis';

/**
 * The time of the Redis server, which stamps the entries: replicas compare deadlines with it and need not agree among
 * themselves.
 */
export class RedisClock {
  #offsetMs = 0;

  /** Measures the distance to the server's clock; right to half a round trip. */
  async synchronize(redis: Redis): Promise<void> {
    const before = performance.now();
    const [seconds, microseconds] = await redis.time();
    const after = performance.now();
    this.#offsetMs = Number(seconds) * 1_000 + Number(microseconds) / 1_000 - (before + after) / 2;
  }

  /** Milliseconds since the epoch by the server's clock. */
  nowMs(): number {
    return performance.now() + this.#offsetMs;
  }
}
