import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/**
 * What is left of REVOKED certificates that were deleted, in PostgreSQL: their contents, so that no device gets itself
 * registered again by showing one. Kept for good, until an operator registers the certificate by hand.
 */
@Injectable()
export class RevokedContentStore {
  /** Notes the content of a REVOKED certificate that is deleted. */
  async add(
    manager: EntityManager,
    { contentSha256, certificateId }: { contentSha256: string; certificateId: string },
    now: Date,
  ): Promise<void> {
    await manager.query(
      `INSERT INTO revoked_contents (content_sha256, certificate_id, deleted_at) VALUES ($1, $2, $3)
       ON CONFLICT (content_sha256) DO NOTHING`,
      [contentSha256, certificateId, now],
    );
  }

  /** Whether a certificate of that content was deleted when it was REVOKED. */
  async has(manager: EntityManager, contentSha256: string): Promise<boolean> {
    const rows = await manager.query<unknown[]>('SELECT 1 FROM revoked_contents WHERE content_sha256 = $1', [
      contentSha256,
    ]);
    return rows.length > 0;
  }

  /** Forgets a content: an operator has registered it by hand. */
  async remove(manager: EntityManager, contentSha256: string): Promise<void> {
    await manager.query('DELETE FROM revoked_contents WHERE content_sha256 = $1', [contentSha256]);
  }
}
