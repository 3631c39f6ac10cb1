import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who changed what. */
export class CreateAuditEntries1765080000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit_entries (
        sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        entry_id uuid NOT NULL,
        at timestamptz NOT NULL,
        actor text NOT NULL,
        actor_kind text NOT NULL,
        role text,
        address text,
        channel text NOT NULL,
        action text NOT NULL,
        subjects text[] NOT NULL,
        input jsonb,
        outcome text NOT NULL,
        error_code text,
        error_message text,
        correlation_id text NOT NULL,
        duration_ms double precision NOT NULL
      );
      CREATE UNIQUE INDEX audit_entries_by_id ON audit_entries (entry_id);
      CREATE INDEX audit_entries_by_time ON audit_entries (at);
      CREATE INDEX audit_entries_by_actor ON audit_entries (actor, sequence);
      CREATE INDEX audit_entries_by_action ON audit_entries (action, sequence);
      CREATE INDEX audit_entries_by_correlation_id ON audit_entries (correlation_id);
      CREATE INDEX audit_entries_by_subject ON audit_entries USING gin (subjects);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit_entries');
  }
}
