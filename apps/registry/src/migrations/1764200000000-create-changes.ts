import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateChanges1764200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE principal_changes (
        sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        -- Sequences are taken before the commit, so they can become visible out of order; this tells what is settled.
        transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
        subject text NOT NULL CHECK (subject IN ('certificate', 'thing', 'thingGroup', 'policy')),
        name text NOT NULL,
        changed_at timestamptz NOT NULL
      );
      CREATE INDEX principal_changes_by_transaction ON principal_changes (transaction_id);
      CREATE INDEX principal_changes_by_time ON principal_changes (changed_at);
      -- The latest transaction whose changes are forgotten: one row, once there is one.
      CREATE TABLE principal_change_purges (
        is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
        transaction_id xid8 NOT NULL
      );
      CREATE TABLE event_outbox (
        sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        topic text NOT NULL,
        document json NOT NULL,
        told_at timestamptz NOT NULL,
        -- Not before then: a relay is publishing it, or has tried in vain.
        due_at timestamptz NOT NULL
      );
      CREATE INDEX event_outbox_by_due_time ON event_outbox (due_at);
      -- One row for each kind of events that is enabled.
      CREATE TABLE event_configurations (
        kind text PRIMARY KEY,
        enabled_at timestamptz NOT NULL
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE event_configurations, event_outbox, principal_change_purges, principal_changes');
  }
}
