import { compileFunction } from 'node:vm';
import { CompileContext } from '../compile-context.js';
import { compileRule } from '../compile-rule.js';
import { dialectOf, type SqlVersion } from '../dialect.js';
import { type RuleEnvironment } from '../environment.js';
import { generateRun, type CodeCompiler, type SynchronousRun } from '../generated-run.js';
import { openMessage, type RuleMessageFields } from '../message.js';
import { parseStatement } from '../parse-statement.js';

const environment: RuleEnvironment = {
  timestamp: 1_700_000_000_000,
  accountId: '123456789012',
  newUuid: () => '0f8fad5b-d9cb-469f-a165-70867728950e',
  random: () => 0.25,
};

/** What the statements of these tests read: a member of each type, and a few that are hard to name. */
export const MESSAGE = {
  int: 5,
  dec: 2.5,
  text: 'abc',
  yes: true,
  no: false,
  nul: null,
  list: [1, 2, 3],
  obj: { k: 'v', n: 1 },
  empty: '',
  noItems: [],
  noMembers: {},
  value: 4,
  rows: [{ n: 1, tag: 'a', inner: [1, 2] }, { n: 2 }, 7],
  'my-key': 'hy',
  '2x': 'dig',
  'a b': 'sp',
} as const;

/** How a statement is run. */
export interface RunOptions {
  /** JSON, or the text of the payload when it is one. */
  readonly payload?: unknown;
  readonly sqlVersion?: SqlVersion;
  readonly fields?: Partial<RuleMessageFields>;
}

const compileCode: CodeCompiler = (body, names) => compileFunction(body, names);

/**
 * The outgoing text of a statement, or `no action: <reason>`; its closures and its generated code must agree on it.
 * Throws `SqlParse` when the statement is refused.
 */
export function outcome(sql: string, options: RunOptions = {}): string {
  const { payload = MESSAGE, sqlVersion = '2016-03-23', fields } = options;
  const bytes = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  const rule = compileRule(sql, { sqlVersion });
  if (rule.needs.length > 0) throw new Error('the rule makes external calls');
  const closures = rule.evaluate.bind(rule) as SynchronousRun;
  const run = (evaluate: SynchronousRun): string => {
    const message = openMessage({ topic: 'a/b', protocol: 'mqtt', payload: bytes, ...fields });
    const result = evaluate(message, environment);
    return result.matched ? Buffer.from(result.output).toString() : `no action: ${result.reason}`;
  };
  const expected = run(closures);
  const dialect = dialectOf(sqlVersion);
  const context = new CompileContext(sql, dialect, []);
  const generated = generateRun(parseStatement(sql, dialect), context, compileCode, closures);
  if (generated !== undefined) expect(run(generated)).toBe(expected);
  return expected;
}

/** The JSON of an expression; `U` when it is Undefined. */
export function evaluated(expression: string, options?: RunOptions): string {
  const text = outcome(`SELECT ${expression} AS r FROM '#'`, options);
  return text === '{}' ? 'U' : text.slice('{"r":'.length, -'}'.length);
}
