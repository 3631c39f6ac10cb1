import { readFileSync } from 'node:fs';
import { compileFunction } from 'node:vm';
import fc from 'fast-check';
import { CompileContext } from './compile-context.js';
import { compileRule } from './compile-rule.js';
import { dialectOf, type SqlVersion } from './dialect.js';
import { generateRun, type SynchronousRun } from './generated-run.js';
import { openMessage, type RuleMessageFields } from './message.js';
import { parseStatement } from './parse-statement.js';
import { type RuleResult } from './rule-result.js';

interface Vector {
  id: string;
  sql: string;
  topic: string;
  payload: unknown;
  payloadEncoding?: 'text' | 'base64';
  context?: Partial<RuleMessageFields> & { sqlVersion?: SqlVersion };
  error?: true;
}

const vectors = JSON.parse(
  readFileSync(new URL('../vectors/rules-sql.json', import.meta.url), 'utf8'),
) as readonly Vector[];

const ENVIRONMENT = {
  timestamp: 1_700_000_000_000,
  accountId: '123456789012',
  newUuid: () => '0f8fad5b-d9cb-469f-a165-70867728950e',
  random: () => 0.25,
};

const compileCode = (body: string, parameters: readonly string[]) => compileFunction(body, parameters);

/** What the closures and the generated code give; undefined when no code is generated. */
function both(sql: string, message: RuleMessageFields, sqlVersion: SqlVersion = '2016-03-23') {
  const rule = compileRule(sql, { sqlVersion });
  const dialect = dialectOf(sqlVersion);
  const closures: SynchronousRun = (opened, environment) => rule.evaluate(opened, environment) as RuleResult;
  const context = new CompileContext(sql, dialect, []);
  const generated = generateRun(parseStatement(sql, dialect), context, compileCode, closures);
  if (generated === undefined || rule.needs.length > 0) return undefined;
  return {
    closures: comparable(rule.evaluate(openMessage(message), ENVIRONMENT) as RuleResult),
    generated: comparable(generated(openMessage(message), ENVIRONMENT)),
  };
}

function comparable(result: RuleResult) {
  if (!result.matched) return result;
  const { output, value, encoding, variables } = result;
  return { output: Buffer.from(output).toString('utf8'), value, encoding, variables: variables.size };
}

function messageOf({ payload, payloadEncoding, topic, context }: Vector): RuleMessageFields {
  const bytes =
    payloadEncoding === undefined
      ? Buffer.from(JSON.stringify(payload))
      : Buffer.from(String(payload), payloadEncoding === 'text' ? 'utf8' : 'base64');
  return { ...context, topic, payload: bytes, protocol: context?.protocol ?? 'mqtt' };
}

describe('generated code', () => {
  it('gives for every vector what the closures give', () => {
    let compared = 0;
    for (const vector of vectors) {
      if (vector.error) continue;
      const results = both(vector.sql, messageOf(vector), vector.context?.sqlVersion);
      if (results === undefined) continue;
      expect([vector.id, results.generated]).toEqual([vector.id, results.closures]);
      compared++;
    }
    expect(compared).toBeGreaterThan(300);
  });

  const number = fc.oneof(
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer({ min: -10_000_000, max: 10_000_000 }).map((n) => n / 1000),
    fc.constantFrom(0, -0, 0.1, 1e15, 9007199254740991, 1e-7, 1e21, 999999999999.999),
  );
  const value = fc.oneof(number, fc.string(), fc.boolean(), fc.constant(null), fc.constantFrom('5', '1.5', 'true'));
  const payload = fc.record({ a: value, b: value, c: fc.record({ d: value }), toString: value }, { requiredKeys: [] });
  const literal = fc.constantFrom(
    '0',
    '1',
    '1.8',
    '32',
    '0.001',
    '1000000',
    '123456789.123',
    "'x'",
    "'2'",
    'true',
    'null',
  );
  const operand = fc.oneof(
    literal,
    fc.constantFrom('a', 'b', 'c.d', 'missing', 'toString', 'topic(1)', 'topic(9)', 'topic()', 'upper(a)'),
  );
  const { expression } = fc.letrec<{ expression: string }>((tie) => ({
    expression: fc.oneof(
      { depthSize: 'small' },
      operand,
      fc
        .tuple(
          tie('expression'),
          fc.constantFrom('+', '-', '*', '/', '%', '=', '<>', '<', '<=', '>', '>='),
          tie('expression'),
        )
        .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
      fc.tuple(operand, literal, literal).map(([subject, factor, offset]) => `${subject} * ${factor} + ${offset}`),
      fc.tuple(operand, literal, literal).map(([subject, factor, offset]) => `${subject} * ${factor} - ${offset}`),
      fc.tuple(tie('expression'), tie('expression')).map(([left, right]) => `(${left} AND ${right})`),
    ),
  }));

  it('gives for any statement and payload what the closures give', () => {
    fc.assert(
      fc.property(
        expression,
        expression,
        fc.option(expression, { nil: undefined }),
        payload,
        (one, two, where, json) => {
          const sql = `SELECT ${one} AS one, ${two} AS two FROM 'a/+'${where === undefined ? '' : ` WHERE ${where} AND a = a`}`;
          const results = both(sql, { topic: 'a/b', payload: Buffer.from(JSON.stringify(json)), protocol: 'mqtt' });
          expect(results).toBeDefined();
          expect(results?.generated).toEqual(results?.closures);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('is reached by a statement that runs often, and changes nothing', () => {
    const rule = compileRule("SELECT a * 1.8 + 32 AS f, topic(2) AS d FROM 'a/+' WHERE a > 1", { compileCode });
    const message = openMessage({ topic: 'a/b', payload: Buffer.from('{"a":71.25}'), protocol: 'mqtt' });
    const outputs = new Set<string>();
    for (let n = 0; n < 300; n++) {
      const result = rule.evaluate(message, ENVIRONMENT) as RuleResult;
      if (result.matched) outputs.add(Buffer.from(result.output).toString());
    }
    expect([...outputs]).toEqual(['{"f":160.25,"d":"b"}']);
  });

  it('is compiled once for statements of one form, each of which keeps what is its own', () => {
    const sources: string[] = [];
    const counting = (body: string, parameters: readonly string[]) => {
      sources.push(body);
      return compileFunction(body, parameters);
    };
    const message = openMessage({ topic: 'a', payload: Buffer.from('{"t":"Ab"}'), protocol: 'mqtt' });
    const outputOf = (sql: string) => {
      const rule = compileRule(sql, { compileCode: counting });
      const results = Array.from({ length: 150 }, () => rule.evaluate(message, ENVIRONMENT) as RuleResult);
      return results.map((result) => (result.matched ? Buffer.from(result.output).toString() : ''))[149];
    };
    expect(outputOf("SELECT upper(t) AS x FROM 'a'")).toBe('{"x":"AB"}');
    expect(outputOf("SELECT lower(t) AS x FROM 'b'")).toBe('{"x":"ab"}');
    expect(sources).toHaveLength(1);
    for (let n = 0; n < 300; n++) outputOf(`SELECT ${n} AS x FROM 'a'`);
    expect(outputOf("SELECT upper(t) AS x FROM 'a'")).toBe('{"x":"AB"}');
    expect(sources).toHaveLength(302);
  });

  it('takes no text of a statement for code', () => {
    const sql = `SELECT 'x"]};throw 1;//' AS a, get(*, "\`\${1}") AS b FROM 'a' WHERE '"+1+"' <> 'y'`;
    const results = both(sql, { topic: 'a', payload: Buffer.from('{}'), protocol: 'mqtt' });
    expect(results?.generated).toEqual(results?.closures);
    expect(results?.generated).toMatchObject({ value: { a: 'x"]};throw 1;//' } });
  });

  it('counts the members that it compares as work, as the closures do', () => {
    const members = Object.fromEntries(Array.from({ length: 12_000 }, (_, n) => [`k${n}`, n]));
    const payload = Buffer.from(JSON.stringify({ a: members, b: members }));
    const compared = (columns: number) => {
      const sql = `SELECT ${Array.from({ length: columns }, (_, n) => `a = b AS x${n}`).join()} FROM 'a'`;
      return both(sql, { topic: 'a', payload, protocol: 'mqtt' });
    };
    expect(compared(2)?.generated).toMatchObject({ value: { x0: true, x1: true } });
    const many = compared(64);
    expect(many?.generated).toMatchObject({ matched: false, reason: 'limit', clause: 'SELECT' });
    expect(many?.generated).toEqual(many?.closures);
  });

  it('counts long texts as work, as the closures do', () => {
    const sql = `SELECT ${Array.from({ length: 200 }, () => 'a').join(' + ')} AS long FROM 'a'`;
    const payload = Buffer.from(JSON.stringify({ a: 'x'.repeat(1000) }));
    const results = both(sql, { topic: 'a', payload, protocol: 'mqtt' });
    expect(results?.generated).toMatchObject({ matched: false, reason: 'limit', clause: 'SELECT' });
    expect(results?.generated).toEqual(results?.closures);
  });
});
