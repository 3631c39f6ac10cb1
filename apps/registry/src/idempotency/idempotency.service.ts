import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  type claimIdempotencyKey,
  type completeIdempotencyKey,
  IDEMPOTENCY_KEPT_MS,
  type ParsedRequestOf,
  type releaseIdempotencyKey,
  type ReplyOf,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Clock, IdGenerator } from '#thingcore/platform';
import { SecretBox } from '../secrets/secret-box.js';
import { IdempotencyStore, type StoredKey } from './idempotency.store.js';

type Claim = ParsedRequestOf<typeof claimIdempotencyKey>;

/**
 * Keys that callers choose so that an operation runs once however often they ask for it. Answers are sealed, since some
 * hold private keys that are stored nowhere else.
 */
@Injectable()
export class IdempotencyService {
  constructor(
    private readonly store: IdempotencyStore,
    private readonly secrets: SecretBox,
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
  ) {}

  /** Claims a key, or answers what is known of it. Throws `InvalidRequest` when it was used for something else. */
  async claim({ caller, key, operation, inputSha256, leaseMs }: Claim): Promise<ReplyOf<typeof claimIdempotencyKey>> {
    const keySha256 = hashOf(caller, key);
    const now = this.clock.now();
    const claimId = this.ids.uuid();
    const claim = {
      ...{ keySha256, operation, inputSha256, claimId },
      leasedUntil: new Date(now + leaseMs),
      expiresAt: new Date(now + IDEMPOTENCY_KEPT_MS),
    };
    if (await this.store.claim(claim, new Date(now))) return { state: 'claimed', claimId };
    const known = await this.store.find(keySha256);
    if (known === undefined) return { state: 'running' };
    checkSameUse(known, operation, inputSha256);
    if (known.sealedAnswer === null) return { state: 'running' };
    return { state: 'completed', answer: this.secrets.open(known.sealedAnswer, purposeOf(keySha256)) };
  }

  /** Keeps an answer under its key. */
  async complete({ caller, key, claimId, answer }: ParsedRequestOf<typeof completeIdempotencyKey>): Promise<void> {
    const keySha256 = hashOf(caller, key);
    await this.store.complete(keySha256, claimId, this.secrets.seal(answer, purposeOf(keySha256)));
  }

  /** Gives a key back. */
  async release({ caller, key, claimId }: ParsedRequestOf<typeof releaseIdempotencyKey>): Promise<void> {
    await this.store.release(hashOf(caller, key), claimId);
  }
}

function hashOf(caller: string, key: string): string {
  // Keys hold no line feed: no other pair gives the same text.
  return createHash('sha256').update(`${key}\n${caller}`).digest('hex');
}

function purposeOf(keySha256: string): string {
  return `idempotency key ${keySha256}`;
}

function checkSameUse(known: StoredKey, operation: string, inputSha256: string): void {
  if (known.operation !== operation) {
    throw reused(`was used for ${known.operation}, not for ${operation}`);
  }
  if (known.inputSha256 !== inputSha256) throw reused(`was used for ${operation} with another input`);
}

function reused(how: string): IotError {
  return new IotError('InvalidRequest', `This idempotency key ${how}: take a new key for each change`, {
    details: { field: 'key' },
  });
}
