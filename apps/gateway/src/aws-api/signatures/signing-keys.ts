import { Injectable } from '@nestjs/common';
import { deriveAccessKey } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Clock } from '#thingcore/platform';
import type { Signature, SigningScope } from '#thingcore/sigv4';
import { RpcClient } from '#thingcore/transport';
import type { Caller } from '../../access/caller.js';
import { ExpiringCache } from '../../access/expiring-cache.js';

/** How long a key is believed without asking again: it works so much longer when its revocation was not heard. */
const VALID_MS = 10_000;

/** How long an id is refused without asking again. */
const INVALID_MS = 1_000;

const KEYS = 10_000;

/** What one access key signs with on a day, and whose it is. */
export interface SigningKey {
  readonly accessKeyId: string;
  readonly key: Buffer;
  readonly caller: Caller;
}

/** Knows what access keys sign with. The secrets stay in the registry; what is here is good for a day and one service. */
@Injectable()
export class SigningKeys {
  private readonly valid = new ExpiringCache<SigningKey>(VALID_MS, KEYS);
  /** Apart from the valid ones, so that guessing ids cannot push those out. */
  private readonly invalid = new ExpiringCache<true>(INVALID_MS, KEYS);

  constructor(
    private readonly rpc: RpcClient,
    private readonly clock: Clock,
  ) {}

  /** The key for a signature; `undefined` when there is no valid access key of that id. */
  async find({ accessKeyId, day, region, service }: Signature): Promise<SigningKey | undefined> {
    const now = this.clock.now();
    if (this.invalid.get(accessKeyId, now)) return undefined;
    const scope = scopeOf(accessKeyId, { day, region, service });
    const known = this.valid.get(scope, now);
    if (known !== undefined) return isOver(known, now) ? undefined : known;
    try {
      const { signingKey, ...caller } = await this.rpc.call(deriveAccessKey, { accessKeyId, day, region, service });
      const found: SigningKey = {
        accessKeyId,
        key: Buffer.from(signingKey, 'base64'),
        caller: { ...caller, credential: 'accessKey', accessKeyId },
      };
      this.valid.set(scope, found, this.clock.now());
      return found;
    } catch (error) {
      // An id that the contract refuses is no id of ours either.
      if (!(error instanceof IotError) || !['Unauthorized', 'InvalidRequest'].includes(error.code)) throw error;
      this.invalid.set(accessKeyId, true, this.clock.now());
      return undefined;
    }
  }

  /** Whether an id was found to be one of ours a moment ago, so that nobody has to be asked about it. */
  isKnown({ accessKeyId, day, region, service }: Signature): boolean {
    return this.valid.get(scopeOf(accessKeyId, { day, region, service }), this.clock.now()) !== undefined;
  }

  /** An access key was revoked, which is for good. */
  forget(accessKeyId: string): void {
    this.invalid.set(accessKeyId, true, this.clock.now());
    this.valid.deleteWhere((key) => key.accessKeyId === accessKeyId);
  }
}

function isOver({ caller: { expiresAt } }: SigningKey, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}

function scopeOf(accessKeyId: string, { day, region, service }: SigningScope): string {
  return `${accessKeyId}/${day}/${region}/${service}`;
}
