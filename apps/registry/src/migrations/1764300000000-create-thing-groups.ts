import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateThingGroups1764300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE thing_groups (
        -- Names are ASCII: byte order makes lists and prefixes index look-ups whatever the database sorts by.
        group_name text COLLATE "C" PRIMARY KEY,
        group_id uuid NOT NULL UNIQUE,
        parent_name text COLLATE "C" REFERENCES thing_groups,
        description text,
        attributes jsonb NOT NULL,
        version bigint NOT NULL,
        created_at timestamptz NOT NULL
      );
      CREATE INDEX thing_groups_by_parent ON thing_groups (parent_name, group_name);
      -- Every group under itself and under each group above it, so that both directions are one look-up.
      CREATE TABLE thing_group_ancestors (
        ancestor_name text COLLATE "C" NOT NULL REFERENCES thing_groups,
        group_name text COLLATE "C" NOT NULL REFERENCES thing_groups,
        -- The level of the ancestor: 1 for the root.
        level smallint NOT NULL,
        PRIMARY KEY (ancestor_name, group_name)
      );
      CREATE INDEX thing_group_ancestors_by_group ON thing_group_ancestors (group_name, level);
      -- A thing under the group that it was put into and under each group above that one. The primary key is also the
      -- rule that a thing is in at most one group of a hierarchy: the root has it once.
      CREATE TABLE thing_group_members (
        group_name text COLLATE "C" NOT NULL REFERENCES thing_groups,
        thing_name text COLLATE "C" NOT NULL REFERENCES things ON DELETE CASCADE,
        direct_group_name text COLLATE "C" NOT NULL REFERENCES thing_groups,
        membership_id uuid NOT NULL,
        PRIMARY KEY (group_name, thing_name)
      );
      CREATE INDEX thing_group_members_by_thing ON thing_group_members (thing_name, group_name);
      CREATE INDEX thing_group_members_by_direct_group
        ON thing_group_members (direct_group_name, group_name, thing_name);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE thing_group_members, thing_group_ancestors, thing_groups');
  }
}
