import { Injectable } from '@nestjs/common';
import { IotError } from '#thingcore/errors';
import { inTransaction, rejectWithIotError } from '#thingcore/persistence';
import { DataSource, type EntityManager } from 'typeorm';

/** AWS IoT quota: "tags per resource". */
const MOST_TAGS = 50;

/** Tags by their keys. */
export type Tags = Readonly<Record<string, string>>;

/** The transaction that tags are changed in. */
export type TagManager = EntityManager;

/** The tags of rules in PostgreSQL. They end with their rule. */
@Injectable()
export class RuleTagStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Adds tags to a rule; an equal key is overwritten. InvalidRequest beyond 50 tags. The caller holds the lock on the
   * rule, or is creating it.
   */
  async put(manager: EntityManager, ruleName: string, tags: Tags): Promise<void> {
    if (Object.keys(tags).length === 0) return;
    await manager.query(
      `INSERT INTO topic_rule_tags (rule_name, tag_key, tag_value)
       SELECT $1, key, value FROM unnest($2::text[], $3::text[]) AS tag (key, value)
       ON CONFLICT (rule_name, tag_key) DO UPDATE SET tag_value = excluded.tag_value`,
      [ruleName, Object.keys(tags), Object.values(tags)],
    );
    const [{ count }] = await manager.query<[{ count: number }]>(
      'SELECT count(*)::integer AS count FROM topic_rule_tags WHERE rule_name = $1',
      [ruleName],
    );
    if (count <= MOST_TAGS) return;
    throw new IotError(
      'InvalidRequest',
      `A rule has at most ${MOST_TAGS} tags, ${ruleName} would have ${count}: take some away first`,
      { details: { field: 'tags', limit: MOST_TAGS, count } },
    );
  }

  /** Takes tags from a rule; a key that it does not carry is no error. */
  async remove(manager: EntityManager, ruleName: string, tagKeys: readonly string[]): Promise<void> {
    await manager.query('DELETE FROM topic_rule_tags WHERE rule_name = $1 AND tag_key = ANY($2)', [ruleName, tagKeys]);
  }

  /** Changes the tags of a rule while nobody else does; answers whether there is such a rule. */
  async change(ruleName: string, work: (manager: TagManager) => Promise<void>): Promise<boolean> {
    return inTransaction(this.dataSource, async (manager) => {
      const rows = await manager.query<unknown[]>('SELECT 1 FROM topic_rules WHERE rule_name = $1 FOR NO KEY UPDATE', [
        ruleName,
      ]);
      if (rows.length === 0) return false;
      await work(manager);
      return true;
    }).catch(rejectWithIotError());
  }

  /** The tags of rules by their names; a rule that does not exist is left out. */
  async ofMany(ruleNames: readonly string[]): Promise<Map<string, Tags>> {
    const rows = await this.dataSource
      .query<{ rule_name: string; tags: Tags | null }[]>(
        `SELECT rule_name, json_object_agg(tag_key, tag_value ORDER BY tag_key) FILTER (WHERE tag_key IS NOT NULL) AS tags
         FROM topic_rules LEFT JOIN topic_rule_tags USING (rule_name) WHERE rule_name = ANY($1) GROUP BY rule_name`,
        [ruleNames],
      )
      .catch(rejectWithIotError());
    return new Map(rows.map(({ rule_name, tags }) => [rule_name, tags ?? {}]));
  }
}
