import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource, type EntityManager } from 'typeorm';

/** A certificate ownership token as it is stored: not itself, its hash is its key. */
export interface OwnershipTokenRecord {
  certificateId: string;
  /** The claim that asked for the certificate; nobody else can use the token. */
  claimCertificateId: string;
  expiresAt: Date;
  usedAt: Date | null;
}

const TOKENS = `
  SELECT certificate_id AS "certificateId", claim_certificate_id AS "claimCertificateId", expires_at AS "expiresAt",
         used_at AS "usedAt"
  FROM certificate_ownership_tokens`;

/** Certificate ownership tokens, in PostgreSQL. */
@Injectable()
export class OwnershipTokenStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Stores the token of a new certificate. */
  async insert(manager: EntityManager, token: string, record: Omit<OwnershipTokenRecord, 'usedAt'>): Promise<void> {
    await manager.query(
      `INSERT INTO certificate_ownership_tokens (token_sha256, certificate_id, claim_certificate_id, expires_at)
       VALUES ($1, $2, $3, $4)`,
      [hashOf(token), record.certificateId, record.claimCertificateId, record.expiresAt],
    );
  }

  /** What is known of a token. */
  async find(token: string): Promise<OwnershipTokenRecord | undefined> {
    const [record] = await this.dataSource
      .query<OwnershipTokenRecord[]>(`${TOKENS} WHERE token_sha256 = $1`, [hashOf(token)])
      .catch(rejectWithIotError());
    return record;
  }

  /** How many certificates of a claim wait for their thing, counted no further than `limit`. */
  async countOpen(claimCertificateId: string, now: Date, limit: number): Promise<number> {
    const [row] = await this.dataSource
      .query<{ count: number }[]>(
        `SELECT count(*)::integer AS count FROM (
           SELECT 1 FROM certificate_ownership_tokens
           WHERE claim_certificate_id = $1 AND used_at IS NULL AND expires_at > $2 LIMIT $3
         ) AS open`,
        [claimCertificateId, now, limit],
      )
      .catch(rejectWithIotError());
    return row?.count ?? 0;
  }

  /** As {@link find}; nobody else uses the token until the transaction ends. */
  async lock(manager: EntityManager, token: string): Promise<OwnershipTokenRecord | undefined> {
    const [record] = await manager.query<OwnershipTokenRecord[]>(`${TOKENS} WHERE token_sha256 = $1 FOR UPDATE`, [
      hashOf(token),
    ]);
    return record;
  }

  /** Notes that a token was used. */
  async setUsed(manager: EntityManager, token: string, now: Date): Promise<void> {
    await manager.query('UPDATE certificate_ownership_tokens SET used_at = $2 WHERE token_sha256 = $1', [
      hashOf(token),
      now,
    ]);
  }

  /** Up to `limit` tokens that ended before a time, which nobody else uses or removes until the transaction ends. */
  lockExpired(manager: EntityManager, before: Date, limit: number): Promise<OwnershipTokenRecord[]> {
    return manager.query<OwnershipTokenRecord[]>(
      `${TOKENS} WHERE expires_at < $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED`,
      [before, limit],
    );
  }

  /** Removes the tokens of certificates. */
  async remove(manager: EntityManager, certificateIds: string[]): Promise<void> {
    await manager.query('DELETE FROM certificate_ownership_tokens WHERE certificate_id = ANY($1)', [certificateIds]);
  }
}

/** Tokens are random, so that their hash alone tells nothing. */
function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
