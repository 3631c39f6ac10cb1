import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which operations have run under a key that their caller chose. */
export class CreateIdempotencyKeys1765085000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE idempotency_keys (
        key_sha256 text PRIMARY KEY,
        operation text NOT NULL,
        input_sha256 text NOT NULL,
        claim_id uuid NOT NULL,
        leased_until timestamptz NOT NULL,
        sealed_answer text,
        expires_at timestamptz NOT NULL
      );
      CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotency_keys');
  }
}
