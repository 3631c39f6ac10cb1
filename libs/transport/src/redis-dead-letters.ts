import { Logger } from '@nestjs/common';
import type { ServiceName } from '#thingcore/contracts';
import type { IotError } from '#thingcore/errors';
import type { Redis } from 'ioredis';
import type { RedisKeys } from './redis-keys.js';

const MAX_DEAD_LETTERS = 10_000;

/** A group event that its service could not handle. */
export interface DeadLetter {
  readonly pattern: string;
  /** The stream entry it travelled in. */
  readonly entryId: string;
  readonly correlationId: string;
  readonly payload: unknown;
  readonly error: IotError;
}

/**
 * Keeps what a service could not handle, in the stream `dead:<service>:<pattern>`: fields `entry`, `correlationId`,
 * `payload` and `error`, the last two JSON. The newest 10,000, about; nobody reads them but people.
 */
export class RedisDeadLetters {
  readonly #logger = new Logger('DeadLetters');

  constructor(
    private readonly redis: Redis,
    private readonly keys: RedisKeys,
    private readonly service: ServiceName,
  ) {}

  /** Resolves when the letter is kept, so that the event may be acknowledged. */
  async keep({ pattern, entryId, correlationId, payload, error }: DeadLetter): Promise<void> {
    const fields = ['entry', entryId, 'correlationId', correlationId, 'payload', JSON.stringify(payload ?? null)];
    const key = this.keys.dead(this.service, pattern);
    await this.redis.xadd(key, 'MAXLEN', '~', MAX_DEAD_LETTERS, '*', ...fields, 'error', JSON.stringify(error));
    this.#logger.error(
      `${this.service} could not handle ${pattern}, kept in ${key} (correlation id ${correlationId}): ${error.message}`,
    );
  }
}
