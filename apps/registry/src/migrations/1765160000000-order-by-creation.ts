import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Lists by the time of creation: a page is a look-up whichever way they are walked. */
export class OrderByCreation1765160000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX things_by_time ON things (created_at, thing_name);
      CREATE INDEX thing_types_by_time ON thing_types (created_at, thing_type_name);
      CREATE INDEX thing_groups_by_time ON thing_groups (created_at, group_name);
      CREATE INDEX billing_groups_by_time ON billing_groups (created_at, billing_group_name);
      CREATE INDEX provisioning_templates_by_time ON provisioning_templates (created_at, template_name);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX things_by_time, thing_types_by_time, thing_groups_by_time, billing_groups_by_time,
        provisioning_templates_by_time
    `);
  }
}
