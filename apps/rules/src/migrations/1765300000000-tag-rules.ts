import type { MigrationInterface, QueryRunner } from 'typeorm';

export class TagRules1765300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE topic_rule_tags (
        rule_name text NOT NULL REFERENCES topic_rules ON DELETE CASCADE,
        tag_key text NOT NULL,
        tag_value text NOT NULL,
        PRIMARY KEY (rule_name, tag_key)
      )
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE topic_rule_tags');
  }
}
