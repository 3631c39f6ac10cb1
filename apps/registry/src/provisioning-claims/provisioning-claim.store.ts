import { Injectable } from '@nestjs/common';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource, type EntityManager } from 'typeorm';

/** A temporary claim: a certificate that is known for what it may do, and not kept. */
export interface ClaimRecord {
  certificateId: string;
  templateName: string;
  notBefore: Date;
  expiresAt: Date;
}

const CLAIMS = `
  SELECT certificate_id AS "certificateId", template_name AS "templateName", not_before AS "notBefore",
         expires_at AS "expiresAt"
  FROM provisioning_claims`;

/** Temporary claims, in PostgreSQL. */
@Injectable()
export class ProvisioningClaimStore {
  constructor(private readonly dataSource: DataSource) {}

  async insert(manager: EntityManager, claim: ClaimRecord): Promise<void> {
    const { certificateId, templateName, notBefore, expiresAt } = claim;
    await manager.query(
      'INSERT INTO provisioning_claims (certificate_id, template_name, not_before, expires_at) VALUES ($1, $2, $3, $4)',
      [certificateId, templateName, notBefore, expiresAt],
    );
  }

  /** The claims of these ids, expired ones too. */
  findMany(certificateIds: readonly string[]): Promise<ClaimRecord[]> {
    return this.dataSource
      .query<ClaimRecord[]>(`${CLAIMS} WHERE certificate_id = ANY($1)`, [certificateIds])
      .catch(rejectWithIotError());
  }

  /** Removes up to `limit` claims that ended before a time; answers their ids. */
  async removeExpired(manager: EntityManager, before: Date, limit: number): Promise<string[]> {
    const rows = await manager.query<[{ id: string }[], number]>(
      `DELETE FROM provisioning_claims WHERE certificate_id IN
         (SELECT certificate_id FROM provisioning_claims WHERE expires_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
       RETURNING certificate_id AS id`,
      [before, limit],
    );
    return rows[0].map(({ id }) => id);
  }
}
