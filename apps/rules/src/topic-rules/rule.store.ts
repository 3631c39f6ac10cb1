import { Injectable } from '@nestjs/common';
import type { TopicRulePayload } from '#thingcore/contracts';
import { inTransaction, rejectWithIotError } from '#thingcore/persistence';
import { DataSource, type EntityManager } from 'typeorm';
import { RuleTagStore, type Tags } from '../tags/rule-tag.store.js';

/** A rule as it is stored. */
export interface RuleRecord {
  readonly ruleName: string;
  readonly payload: TopicRulePayload;
  /** What stands after FROM; undefined for a rule that only Basic Ingest reaches. */
  readonly topicFilter: string | undefined;
  /** A version in mode `SHADOW` that runs beside the live one. */
  readonly shadowVersion?: TopicRulePayload | undefined;
  readonly createdAt: Date;
}

/** A rule with the revision of the rule set in which it became what it is. */
export interface RevisedRule extends RuleRecord {
  readonly revision: number;
}

/** All rules as they were at one revision. */
export interface RuleSetRecord {
  readonly revision: number;
  readonly rules: RevisedRule[];
}

interface Row {
  rule_name: string;
  payload: TopicRulePayload;
  topic_filter: string | null;
  shadow_version: TopicRulePayload | null;
  revision: string;
  created_at: Date;
}

const COLUMNS = 'rule_name, payload, topic_filter, shadow_version, revision, created_at';

/** Topic rules in PostgreSQL. Every change raises the revision of the set in its own transaction. */
@Injectable()
export class RuleStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly tags: RuleTagStore,
  ) {}

  /** Stores a new rule with its tags; answers the new revision, or undefined when the name is taken. */
  async insert({ ruleName, payload, topicFilter, createdAt }: RuleRecord, tags: Tags): Promise<number | undefined> {
    return this.change(async (manager, revision) => {
      const rows = await manager.query<unknown[]>(
        `INSERT INTO topic_rules (rule_name, payload, topic_filter, revision, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING RETURNING 1`,
        [ruleName, JSON.stringify(payload), topicFilter ?? null, revision, createdAt],
      );
      if (rows.length === 0) return false;
      await this.tags.put(manager, ruleName, tags);
      return true;
    });
  }

  /**
   * Replaces the document of a rule and ends its shadow version; one in mode `SHADOW` becomes the shadow version of a live
   * rule. Answers the new revision, or undefined when there is no such rule.
   */
  async replace(
    ruleName: string,
    payload: TopicRulePayload,
    topicFilter: string | undefined,
  ): Promise<number | undefined> {
    return this.change(async (manager, revision) => {
      // Read here: the operators of JSON refuse a document with U+0000 in it, as a literal of its SQL may have.
      const [row] = await manager.query<Pick<Row, 'payload'>[]>(
        'SELECT payload FROM topic_rules WHERE rule_name = $1 FOR UPDATE',
        [ruleName],
      );
      if (row === undefined) return false;
      const document = JSON.stringify(payload);
      if (payload.mode === 'SHADOW' && row.payload.mode !== 'SHADOW') {
        await manager.query('UPDATE topic_rules SET shadow_version = $2, revision = $3 WHERE rule_name = $1', [
          ruleName,
          document,
          revision,
        ]);
        return true;
      }
      await manager.query(
        `UPDATE topic_rules SET payload = $2, topic_filter = $3, shadow_version = NULL, revision = $4
         WHERE rule_name = $1`,
        [ruleName, document, topicFilter ?? null, revision],
      );
      return true;
    });
  }

  /** Switches a rule off or on; answers the new revision, or undefined when there is no such rule. */
  async setDisabled(ruleName: string, ruleDisabled: boolean): Promise<number | undefined> {
    return this.change(async (manager, revision) => {
      const [row] = await manager.query<Pick<Row, 'payload'>[]>(
        'SELECT payload FROM topic_rules WHERE rule_name = $1 FOR UPDATE',
        [ruleName],
      );
      if (row === undefined) return false;
      await manager.query('UPDATE topic_rules SET payload = $2, revision = $3 WHERE rule_name = $1', [
        ruleName,
        JSON.stringify({ ...row.payload, ruleDisabled }),
        revision,
      ]);
      return true;
    });
  }

  /** Deletes a rule; answers the new revision, or undefined when there is no such rule. */
  async delete(ruleName: string): Promise<number | undefined> {
    return this.change(async (manager) => {
      const [, deleted] = await manager.query<[unknown[], number]>('DELETE FROM topic_rules WHERE rule_name = $1', [
        ruleName,
      ]);
      return deleted === 1;
    });
  }

  /** The rule of that name, if there is one. */
  async find(ruleName: string): Promise<RevisedRule | undefined> {
    const rows = await this.dataSource
      .query<Row[]>(`SELECT ${COLUMNS} FROM topic_rules WHERE rule_name = $1`, [ruleName])
      .catch(rejectWithIotError());
    return rows[0] && toRule(rows[0]);
  }

  /** All rules by name, and the revision they belong to. One statement, so that both are of one moment. */
  async load(): Promise<RuleSetRecord> {
    const rows = await this.dataSource
      .query<({ value: string } & (Row | { rule_name: null }))[]>(
        `SELECT revision.value, topic_rules.* FROM revision LEFT JOIN topic_rules ON true ORDER BY rule_name`,
      )
      .catch(rejectWithIotError());
    return {
      revision: Number(rows[0]?.value ?? 0),
      rules: rows.flatMap((row) => (row.rule_name === null ? [] : [toRule(row)])),
    };
  }

  /** The revision of the set. */
  async revision(): Promise<number> {
    const rows = await this.dataSource
      .query<{ value: string }[]>('SELECT value FROM revision')
      .catch(rejectWithIotError());
    return Number(rows[0]?.value ?? 0);
  }

  /** The lock on the row of the revision makes changes happen one after the other. */
  private async change(
    apply: (manager: EntityManager, revision: number) => Promise<boolean>,
  ): Promise<number | undefined> {
    return inTransaction(this.dataSource, async (manager) => {
      const [current] = await manager.query<{ value: string }[]>('SELECT value FROM revision FOR UPDATE');
      const revision = Number(current?.value ?? 0) + 1;
      if (!(await apply(manager, revision))) return undefined;
      await manager.query('UPDATE revision SET value = $1', [revision]);
      return revision;
    }).catch(rejectWithIotError());
  }
}

function toRule(row: Row): RevisedRule {
  return {
    ruleName: row.rule_name,
    // Rules of before there were modes say nothing of theirs.
    payload: { ...row.payload, mode: row.payload.mode ?? 'LIVE' },
    topicFilter: row.topic_filter ?? undefined,
    shadowVersion: row.shadow_version ?? undefined,
    revision: Number(row.revision),
    createdAt: row.created_at,
  };
}
