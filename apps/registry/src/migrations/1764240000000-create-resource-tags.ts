import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateResourceTags1764240000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE resource_tags (
        resource_arn text COLLATE "C" NOT NULL,
        tag_key text COLLATE "C" NOT NULL,
        tag_value text NOT NULL,
        PRIMARY KEY (resource_arn, tag_key)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE resource_tags');
  }
}
