import { Logger } from '@nestjs/common';
import { IotError } from '#thingcore/errors';
import { Redis } from 'ioredis';

const RETRY_STEP_MS = 50;
const RETRY_MAX_MS = 500;
const QUIT_TIMEOUT_MS = 500;
/** ioredis keeps the process up for this long after it was told to leave a line that is down already. */
const DISCONNECT_TIMEOUT_MS = 100;

/**
 * One connection that comes back by itself. A command fails at once while it is down instead of waiting in a queue:
 * a request sent after its caller gave up would be late work, and every loop here knows how to try again.
 */
export class RedisConnection {
  readonly redis: Redis;
  readonly #logger = new Logger('RedisConnection');
  readonly #url: string;
  #hasLoggedOutage = false;
  #isClosed = false;

  /** `role` names the connection in the log and in `CLIENT LIST`. */
  constructor(url: string, role: string) {
    this.#url = url;
    this.redis = new Redis(url, {
      connectionName: `thingcore-${role}`,
      disconnectTimeout: DISCONNECT_TIMEOUT_MS,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      // Fails what was under way as soon as the line breaks; with null, and no resending, it would wait for ever.
      maxRetriesPerRequest: 0,
      retryStrategy: (attempt) => (this.#isClosed ? null : Math.min(attempt * RETRY_STEP_MS, RETRY_MAX_MS)),
    });
    this.redis.on('ready', () => {
      if (this.#hasLoggedOutage) this.#logger.log(`Redis is back (${role})`);
      this.#hasLoggedOutage = false;
    });
    this.redis.on('error', (error: Error) => {
      if (!this.#hasLoggedOutage) this.#logger.warn(`No Redis at ${this.#address} (${role}): ${error.message}`);
      this.#hasLoggedOutage = true;
    });
  }

  /**
   * Whether a command sent now would reach Redis. A socket that has broken cannot be written to some time before ioredis
   * hears of its end, and refuses every command until then although its status is "ready".
   */
  get isReady(): boolean {
    return this.redis.status === 'ready' && this.redis.stream.writable;
  }

  /** Whether `close` was called. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Resolves when commands reach Redis. Errors: `ServiceUnavailable` after `timeoutMs`, or once closed. */
  async ready(timeoutMs: number): Promise<void> {
    if (this.isReady) return;
    await new Promise<void>((resolve, reject) => {
      const settle = (outcome: () => void): void => {
        clearTimeout(timer);
        this.redis.off('ready', onReady);
        this.redis.off('end', onEnd);
        outcome();
      };
      const onReady = (): void => settle(resolve);
      const onEnd = (): void => settle(() => reject(this.#unreachable()));
      const timer = setTimeout(onEnd, timeoutMs);
      this.redis.once('ready', onReady);
      this.redis.once('end', onEnd);
      if (this.#isClosed) onEnd();
    });
  }

  /** Says good-bye after the commands already sent; a server that does not answer is left. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.isReady) {
      let timer: NodeJS.Timeout | undefined;
      const impatience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, QUIT_TIMEOUT_MS);
      });
      await Promise.race([this.redis.quit().catch(() => undefined), impatience]);
      clearTimeout(timer);
    }
    if (this.redis.status !== 'end') this.redis.disconnect();
  }

  #unreachable(): IotError {
    return new IotError('ServiceUnavailable', `Redis at ${this.#address} does not answer; is it running there?`, {
      details: { address: this.#address },
    });
  }

  /** Host and port; a password in the URL is nobody's business. */
  get #address(): string {
    return URL.canParse(this.#url) ? new URL(this.#url).host : 'the configured URL';
  }
}
