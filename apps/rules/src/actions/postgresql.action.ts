import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { IotError, type JsonObject, type JsonValue } from '#thingcore/errors';
import { Logger } from '#thingcore/platform';
import pg from 'pg';
import { z } from 'zod';
import { mappedRow, memberRows, type RowMaker } from '../postgresql/column-values.js';
import { checkIdentifier } from '../postgresql/identifier.js';
import type { InsertStatement, Row, Target } from '../postgresql/insert-statement.js';
import { RowWriter } from '../postgresql/row-writer.js';
import { parseTableName } from '../postgresql/table-name.js';
import { RULES_CONFIG, type RulesConfig } from '../rules.config.js';
import type { ActionFailures, ActionInput, ActionKind, ActionScope, CompiledAction } from './action.js';
import { fieldError, parseFields } from './parse-fields.js';

/** Each action keeps one statement running; connections beyond that serve other rules. */
const CONNECTIONS = 8;
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 10_000;
/** For a server that does not answer at all; a little later than the server's own limit. */
const READ_TIMEOUT_MS = 12_000;

const schema = z.strictObject({
  table: z.string().min(1),
  columns: z
    .record(
      z.string(),
      z.custom<JsonValue>((value) => value !== undefined),
    )
    .optional(),
  conflictColumns: z.array(z.string()).min(1).optional(),
  onConflict: z.enum(['update', 'nothing']).optional(),
});

/** Inserts the outgoing payload into a table of the operator's. Not an action of AWS. */
@Injectable()
export class PostgresqlKind implements ActionKind, OnApplicationShutdown {
  readonly key = 'postgresql';
  private readonly unavailable: string | undefined;
  private readonly pool: pg.Pool | undefined;

  constructor(@Inject(RULES_CONFIG) { postgresqlUrl }: RulesConfig, logger: Logger) {
    if (postgresqlUrl === undefined) {
      this.unavailable =
        'there is no database for it; set THINGCORE_RULES_POSTGRESQL_URL to postgres://user:password@host:5432/database';
      return;
    }
    this.pool = new pg.Pool({
      connectionString: postgresqlUrl,
      application_name: 'thingcore-rules-action',
      max: CONNECTIONS,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: READ_TIMEOUT_MS,
    });
    // An idle connection that the server closes must not end the process; the next statement opens another.
    this.pool.on('error', (error) =>
      logger.debug('a connection to the rules database broke', { error: error.message }),
    );
  }

  parse(config: JsonObject, scope: ActionScope): CompiledAction {
    const fields = parseFields(schema, config, scope.path);
    const target = toTarget(fields, scope.path);
    const columns = fields.columns && checkColumns(fields.columns, fields.conflictColumns, scope.path);
    const toRow = columns === undefined ? memberRows() : mappedRow(columns, scope);
    const writer = new RowWriter(target, (statement) => this.run(statement));
    return new PostgresqlAction(fields.table, toRow, writer, this.unavailable);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool?.end();
  }

  private async run({ text, values }: InsertStatement): Promise<void> {
    if (this.pool === undefined) throw new IotError('InvalidRequest', `postgresql: ${this.unavailable}`);
    await this.pool.query(text, values);
  }
}

class PostgresqlAction implements CompiledAction {
  readonly key = 'postgresql';
  readonly failedAction = 'PostgresqlAction';
  readonly destination = null;
  readonly waitsForReturn = true;

  constructor(
    readonly resource: string,
    private readonly toRow: RowMaker,
    private readonly writer: RowWriter,
    readonly unavailable: string | undefined,
  ) {}

  async execute(input: ActionInput): Promise<void> {
    await this.writer.write(await this.toRow(input));
  }

  async executeAll(inputs: readonly ActionInput[]): Promise<ActionFailures> {
    const failures = new Map<ActionInput, unknown>();
    const inputOf = new Map<Row, ActionInput>();
    for (const input of inputs) {
      try {
        const row = this.toRow(input);
        inputOf.set(row instanceof Promise ? await row : row, input);
      } catch (error) {
        failures.set(input, error);
      }
    }
    for (const [row, error] of await this.writer.writeAll([...inputOf.keys()])) failures.set(inputOf.get(row)!, error);
    return failures;
  }
}

function toTarget({ table, conflictColumns, onConflict }: z.output<typeof schema>, path: string): Target {
  const parsed = parseTableName(table);
  if ('problem' in parsed) throw fieldError(`${path}.table`, parsed.problem);
  if (onConflict === 'update' && conflictColumns === undefined) {
    throw fieldError(`${path}.onConflict`, 'update needs conflictColumns, the columns of a unique index');
  }
  for (const [index, column] of (conflictColumns ?? []).entries()) {
    const problem = checkIdentifier(column);
    if (problem !== undefined) {
      throw fieldError(`${path}.conflictColumns.${index}`, `the name "${column}" ${problem}`);
    }
  }
  return {
    table: parsed.quoted,
    conflictColumns: conflictColumns ?? [],
    onConflict: onConflict ?? (conflictColumns === undefined ? 'fail' : 'update'),
  };
}

function checkColumns(
  columns: Readonly<Record<string, JsonValue>>,
  conflictColumns: readonly string[] | undefined,
  path: string,
): Readonly<Record<string, JsonValue>> {
  const names = Object.keys(columns);
  if (names.length === 0) throw fieldError(`${path}.columns`, 'name one column at least, or leave "columns" out');
  for (const name of names) {
    const problem = checkIdentifier(name);
    if (problem !== undefined) throw fieldError(`${path}.columns`, `the name "${name}" ${problem}`);
  }
  const missing = conflictColumns?.find((column) => !names.includes(column));
  if (missing !== undefined) throw fieldError(`${path}.conflictColumns`, `"${missing}" is none of the columns`);
  return columns;
}
