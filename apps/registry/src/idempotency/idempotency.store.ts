import { Injectable } from '@nestjs/common';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource } from 'typeorm';

/** What a key is claimed for. */
export interface KeyClaim {
  /** SHA-256 over caller and key: keys themselves are not stored. */
  readonly keySha256: string;
  readonly operation: string;
  readonly inputSha256: string;
  readonly claimId: string;
  readonly leasedUntil: Date;
  readonly expiresAt: Date;
}

/** What is known of a key. */
export interface StoredKey {
  readonly operation: string;
  readonly inputSha256: string;
  /** Null while its operation runs, or after it crashed. */
  readonly sealedAnswer: string | null;
}

/** The keys under which operations have run, in PostgreSQL. */
@Injectable()
export class IdempotencyStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Whether the claim was got: of a key that is new or has expired, or whose operation was begun by somebody who has not
   * ended it within the lease. One statement, so that of many at the same time one gets it.
   */
  async claim(claim: KeyClaim, now: Date): Promise<boolean> {
    const rows = await this.query<unknown[]>(
      `INSERT INTO idempotency_keys AS known (key_sha256, operation, input_sha256, claim_id, leased_until, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (key_sha256) DO UPDATE SET operation = excluded.operation, input_sha256 = excluded.input_sha256,
         claim_id = excluded.claim_id, leased_until = excluded.leased_until, expires_at = excluded.expires_at,
         sealed_answer = NULL
       WHERE known.expires_at <= $7 OR (known.sealed_answer IS NULL AND known.leased_until <= $7
         AND known.operation = excluded.operation AND known.input_sha256 = excluded.input_sha256)
       RETURNING 1`,
      [claim.keySha256, claim.operation, claim.inputSha256, claim.claimId, claim.leasedUntil, claim.expiresAt, now],
    );
    return rows.length > 0;
  }

  /** What is known of a key; undefined when it has been given back meanwhile. */
  async find(keySha256: string): Promise<StoredKey | undefined> {
    const [row] = await this.query<StoredKey[]>(
      `SELECT operation, input_sha256 AS "inputSha256", sealed_answer AS "sealedAnswer"
       FROM idempotency_keys WHERE key_sha256 = $1`,
      [keySha256],
    );
    return row;
  }

  /** Keeps an answer, unless somebody else has claimed the key meanwhile. */
  async complete(keySha256: string, claimId: string, sealedAnswer: string): Promise<void> {
    await this.query(
      'UPDATE idempotency_keys SET sealed_answer = $3 WHERE key_sha256 = $1 AND claim_id = $2 AND sealed_answer IS NULL',
      [keySha256, claimId, sealedAnswer],
    );
  }

  /** Forgets a claim, unless it has an answer or is somebody else's. */
  async release(keySha256: string, claimId: string): Promise<void> {
    await this.query('DELETE FROM idempotency_keys WHERE key_sha256 = $1 AND claim_id = $2 AND sealed_answer IS NULL', [
      keySha256,
      claimId,
    ]);
  }

  /** Removes some keys that have expired, and answers how many. What another replica is removing is left to it. */
  async removeExpired(now: Date, most: number): Promise<number> {
    const [, removed] = await this.query<[unknown[], number]>(
      `DELETE FROM idempotency_keys WHERE ctid = ANY(ARRAY(
         SELECT ctid FROM idempotency_keys WHERE expires_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED))`,
      [now, most],
    );
    return removed;
  }

  private query<T>(sql: string, parameters: unknown[]): Promise<T> {
    return this.dataSource.query<T>(sql, parameters).catch(rejectWithIotError());
  }
}
