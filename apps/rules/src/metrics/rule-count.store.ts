import { Injectable } from '@nestjs/common';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource } from 'typeorm';

/** What was counted for one rule. */
export interface RuleCount {
  readonly counter: string;
  readonly label: string;
  readonly value: number;
}

interface Row {
  rule_name: string;
  counter: string;
  label: string;
  value: number;
}

/** Counters of rules in PostgreSQL: what all processes together counted. */
@Injectable()
export class RuleCountStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Everything counted for some rules, by their names. */
  async find(ruleNames: readonly string[]): Promise<Map<string, RuleCount[]>> {
    const rows = await this.query<Row[]>(
      'SELECT rule_name, counter, label, value FROM rule_counts WHERE rule_name = ANY ($1::text[])',
      [ruleNames],
    );
    const counts = new Map<string, RuleCount[]>(ruleNames.map((ruleName) => [ruleName, []]));
    for (const { rule_name, counter, label, value } of rows) counts.get(rule_name)?.push({ counter, label, value });
    return counts;
  }

  /** Adds to counters. In one order everywhere, so that processes wait for each other instead of deadlocking. */
  async add(raised: readonly (RuleCount & { readonly rule: string })[]): Promise<void> {
    await this.query(
      `INSERT INTO rule_counts (rule_name, counter, label, value)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::float8[]) AS raised (rule_name, counter, label, value)
       ORDER BY 1, 2, 3
       ON CONFLICT (rule_name, counter, label) DO UPDATE SET value = rule_counts.value + EXCLUDED.value`,
      [
        raised.map(({ rule }) => rule),
        raised.map(({ counter }) => counter),
        raised.map(({ label }) => label),
        raised.map(({ value }) => value),
      ],
    );
  }

  /** Forgets what was counted for a rule. */
  async delete(ruleName: string): Promise<void> {
    await this.query('DELETE FROM rule_counts WHERE rule_name = $1', [ruleName]);
  }

  private query<T>(sql: string, parameters: unknown[]): Promise<T> {
    return this.dataSource.query<T>(sql, parameters).catch(rejectWithIotError());
  }
}
