import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { IotError } from '#thingcore/errors';
import { Logger } from '#thingcore/platform';
import { Redis, ReplyError } from 'ioredis';
import { faultText } from '../network/fault-text.js';
import { RULES_CONFIG, type RulesConfig } from '../rules.config.js';

const CONNECT_TIMEOUT_MS = 3_000;
const COMMAND_TIMEOUT_MS = 5_000;
const RETRY_STEP_MS = 100;
const RETRY_MAX_MS = 2_000;

/** Answers of a server that is busy with itself; the same command may succeed later. */
const BUSY = /^(LOADING|BUSY|TRYAGAIN|CLUSTERDOWN|MASTERDOWN|READONLY|OOM|NOREPLICAS|MISCONF)\b/;

/** An entry to be added to a stream. */
export interface StreamEntry {
  readonly stream: string;
  /** `*` lets the server choose. */
  readonly id: string;
  /** About how many entries the stream keeps; undefined for all. */
  readonly maxLength: number | undefined;
  readonly fields: readonly (readonly [name: string, value: string | Uint8Array])[];
}

/** The Redis of the operator that rules add to streams of. Commands of one turn of the event loop travel together. */
@Injectable()
export class RedisStreams implements OnApplicationShutdown {
  /** Why there is none; undefined when there is. */
  readonly unavailable: string | undefined;
  private readonly redis: Redis | undefined;
  private isDown = false;

  constructor(@Inject(RULES_CONFIG) { redisUrl }: RulesConfig, logger: Logger) {
    if (redisUrl === undefined) {
      this.unavailable = 'there is no Redis for it; set THINGCORE_RULES_REDIS_URL to redis://user:password@host:6379/0';
      return;
    }
    this.redis = new Redis(redisUrl, {
      connectionName: 'thingcore-rules-action',
      lazyConnect: true,
      enableAutoPipelining: true,
      connectTimeout: CONNECT_TIMEOUT_MS,
      commandTimeout: COMMAND_TIMEOUT_MS,
      maxRetriesPerRequest: 1,
      autoResendUnfulfilledCommands: false,
      retryStrategy: (attempt) => Math.min(attempt * RETRY_STEP_MS, RETRY_MAX_MS),
    });
    this.redis.on('error', (error: Error) => {
      if (!this.isDown) logger.warn('the Redis of rules cannot be reached', { error: error.message });
      this.isDown = true;
    });
    this.redis.on('ready', () => {
      this.isDown = false;
    });
  }

  /** Adds an entry. Errors: `ServiceUnavailable` (retryable) or `InvalidRequest` with the server's own words. */
  async add({ stream, id, maxLength, fields }: StreamEntry): Promise<void> {
    if (this.redis === undefined) throw new IotError('InvalidRequest', `redis: ${this.unavailable}`);
    const trim = maxLength === undefined ? [] : ['MAXLEN', '~', maxLength];
    const pairs = fields.flatMap(([name, value]) => [name, typeof value === 'string' ? value : Buffer.from(value)]);
    try {
      await this.redis.call('XADD', stream, ...trim, id, ...pairs);
    } catch (error) {
      throw toActionError(stream, error);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.redis?.status === 'ready') await this.redis.quit().catch(() => undefined);
    this.redis?.disconnect();
  }
}

function toActionError(resource: string, cause: unknown): IotError {
  const said = faultText(cause);
  const options = { details: { resource }, cause };
  const isRefusal = cause instanceof ReplyError && !BUSY.test(said);
  return isRefusal
    ? new IotError('InvalidRequest', `Redis refused the entry: ${said}`, options)
    : new IotError('ServiceUnavailable', `Redis did not take the entry: ${said}`, options);
}
