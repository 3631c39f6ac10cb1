import { contentSha256 } from '#thingcore/pki';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Certificates that are read at once. */
const BATCH = 1_000;

interface StoredCertificate {
  certificate_id: string;
  certificate_pem: string;
}

/** Certificates are known by what is signed in them too: whoever holds one can give its signature another form, and so it another id. */
export class KnowCertificateContents1764900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE certificates ADD COLUMN content_sha256 text');
    await fillContents(runner);
    await runner.query(`
      -- Another form of a certificate that came in before this rule stands for itself; the REVOKED one, else the oldest,
      -- keeps the content.
      UPDATE certificates SET content_sha256 = certificates.certificate_id
        FROM (SELECT certificate_id, row_number() OVER (
                PARTITION BY content_sha256 ORDER BY status <> 'REVOKED', created_at, certificate_id
              ) AS place FROM certificates) AS ranked
        WHERE ranked.certificate_id = certificates.certificate_id AND ranked.place > 1;
      ALTER TABLE certificates ALTER COLUMN content_sha256 SET NOT NULL;
      CREATE UNIQUE INDEX certificates_by_content ON certificates (content_sha256);
      -- What is left of REVOKED certificates that were deleted: their devices cannot register them again.
      CREATE TABLE revoked_contents (
        content_sha256 text PRIMARY KEY,
        certificate_id text NOT NULL,
        deleted_at timestamptz NOT NULL
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE revoked_contents;
      DROP INDEX certificates_by_content;
      ALTER TABLE certificates DROP COLUMN content_sha256;
    `);
  }
}

async function fillContents(runner: QueryRunner): Promise<void> {
  let last = '';
  for (;;) {
    const rows = (await runner.query(
      'SELECT certificate_id, certificate_pem FROM certificates WHERE certificate_id > $1 ORDER BY certificate_id LIMIT $2',
      [last, BATCH],
    )) as StoredCertificate[];
    const end = rows.at(-1);
    if (end === undefined) return;
    last = end.certificate_id;
    await runner.query(
      `UPDATE certificates SET content_sha256 = content.sha256
       FROM unnest($1::text[], $2::text[]) AS content (certificate_id, sha256)
       WHERE content.certificate_id = certificates.certificate_id`,
      [rows.map(({ certificate_id }) => certificate_id), rows.map(contentOf)],
    );
  }
}

/** A certificate that cannot be read can be shown by nobody; its own id stands in, which is the content of no other. */
function contentOf({ certificate_id, certificate_pem }: StoredCertificate): string {
  try {
    return contentSha256(certificate_pem);
  } catch {
    return certificate_id;
  }
}
