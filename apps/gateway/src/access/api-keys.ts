import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { verifyApiKey } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Clock } from '#thingcore/platform';
import { RpcClient } from '#thingcore/transport';
import { unauthenticated } from '../errors/public-error.js';
import type { Caller } from './caller.js';
import { ExpiringCache } from './expiring-cache.js';

/** How long a valid key is believed without asking again: it works so much longer when its revocation was not heard. */
const VALID_MS = 10_000;

/** How long a key is refused without asking again. */
const INVALID_MS = 1_000;

/** How long an answer of the registry that was on its way when a key was revoked may take. */
const REVOKED_MS = 60_000;

const VALID_KEYS = 10_000;
/** Apart from the valid ones, so that guessing keys cannot push those out. */
const INVALID_KEYS = 10_000;
const REVOKED_KEYS = 10_000;

/** Knows who holds an API key. Keys leave this process, and stay in its memory, as SHA-256 only. */
@Injectable()
export class ApiKeys {
  private readonly valid = new ExpiringCache<Caller>(VALID_MS, VALID_KEYS);
  private readonly invalid = new ExpiringCache<true>(INVALID_MS, INVALID_KEYS);
  private readonly revoked = new ExpiringCache<true>(REVOKED_MS, REVOKED_KEYS);
  private readonly pending = new Map<string, Promise<Caller>>();

  constructor(
    private readonly rpc: RpcClient,
    private readonly clock: Clock,
  ) {}

  /**
   * The holder of a key.
   *
   * @throws `UNAUTHENTICATED` for one that is not valid; an IotError when the registry did not answer
   */
  async verify(key: string): Promise<Caller> {
    const keySha256 = createHash('sha256').update(key).digest('hex');
    const now = this.clock.now();
    if (this.invalid.get(keySha256, now)) throw unauthenticated();
    const caller = this.valid.get(keySha256, now) ?? (await this.askOnce(keySha256));
    if (caller.expiresAt !== undefined && caller.expiresAt <= this.clock.now()) throw unauthenticated();
    return caller;
  }

  /** Whether a key was found valid a moment ago, so that nobody has to be asked about it. */
  isKnown(key: string): boolean {
    return this.valid.get(createHash('sha256').update(key).digest('hex'), this.clock.now()) !== undefined;
  }

  /** A key was revoked, which is for good: it is not believed any more. */
  forget(name: string): void {
    this.revoked.set(name, true, this.clock.now());
    this.valid.deleteWhere((caller) => caller.name === name);
  }

  /** Requests with the same key that come while it is asked for wait for the same answer. */
  private askOnce(keySha256: string): Promise<Caller> {
    const pending = this.pending.get(keySha256);
    if (pending !== undefined) return pending;
    const answer = this.ask(keySha256).finally(() => this.pending.delete(keySha256));
    this.pending.set(keySha256, answer);
    return answer;
  }

  private async ask(keySha256: string): Promise<Caller> {
    try {
      const { name, role, expiresAt } = await this.rpc.call(verifyApiKey, { keySha256 });
      const now = this.clock.now();
      // The news of a revocation may overtake an answer that was given before it.
      if (this.revoked.get(name, now)) throw unauthenticated();
      const caller: Caller = { name, role, credential: 'apiKey', expiresAt };
      this.valid.set(keySha256, caller, now);
      return caller;
    } catch (error) {
      if (!(error instanceof IotError) || error.code !== 'Unauthorized') throw error;
      this.invalid.set(keySha256, true, this.clock.now());
      throw unauthenticated();
    }
  }
}
