import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Bulk registration: inputs and their lines, tasks and what came of each line. */
export class CreateRegistrationTasks1765130000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE registration_inputs (
        input_id uuid PRIMARY KEY,
        is_complete boolean NOT NULL DEFAULT false,
        line_count integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL
      );
      CREATE INDEX registration_inputs_by_age ON registration_inputs (created_at);

      -- A line without text was too long to be kept.
      CREATE TABLE registration_lines (
        input_id uuid NOT NULL REFERENCES registration_inputs ON DELETE CASCADE,
        line_number integer NOT NULL,
        byte_offset bigint NOT NULL,
        text text,
        PRIMARY KEY (input_id, line_number)
      );

      CREATE TABLE registration_tasks (
        task_id uuid PRIMARY KEY,
        sequence bigint GENERATED ALWAYS AS IDENTITY,
        input_id uuid NOT NULL REFERENCES registration_inputs,
        template_body text NOT NULL,
        status text NOT NULL,
        message text,
        line_count integer NOT NULL,
        success_count integer NOT NULL DEFAULT 0,
        failure_count integer NOT NULL DEFAULT 0,
        worker text,
        worker_until timestamptz,
        created_at timestamptz NOT NULL,
        last_modified_at timestamptz NOT NULL
      );
      CREATE UNIQUE INDEX registration_tasks_one_running ON registration_tasks ((true))
        WHERE status IN ('InProgress', 'Cancelling');
      CREATE UNIQUE INDEX registration_tasks_by_sequence ON registration_tasks (sequence);
      CREATE INDEX registration_tasks_by_input ON registration_tasks (input_id);

      -- The primary key is what lets each line count once, whoever works on it.
      CREATE TABLE registration_results (
        task_id uuid NOT NULL REFERENCES registration_tasks ON DELETE CASCADE,
        line_number integer NOT NULL,
        is_success boolean NOT NULL,
        report text NOT NULL,
        PRIMARY KEY (task_id, line_number)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE registration_results;
      DROP TABLE registration_tasks;
      DROP TABLE registration_lines;
      DROP TABLE registration_inputs;
    `);
  }
}
