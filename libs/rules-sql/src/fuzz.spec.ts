import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { IotError } from '#thingcore/errors';
import { compileRule, compileTemplate, openMessage, type RuleEnvironment } from './index.js';
import { EXTERNAL_FUNCTIONS } from './external-functions.js';
import { FUNCTIONS } from './functions/function-table.js';

const environment: RuleEnvironment = {
  timestamp: 1_700_000_000_000,
  accountId: '123456789012',
  newUuid: () => '0f8fad5b-d9cb-469f-a165-70867728950e',
  random: () => 0.25,
};

const statements = (
  JSON.parse(readFileSync(new URL('../vectors/rules-sql.json', import.meta.url), 'utf8')) as { sql: string }[]
).map(({ sql }) => sql);

/** Words and marks from which sentences near the language arise; names that exist on every JavaScript object included. */
const pieces = [
  ...['SELECT', 'VALUE', 'FROM', 'WHERE', 'AS', 'AND', 'OR', 'NOT', 'CASE', 'WHEN', 'THEN', 'ELSE', 'END', 'SET'],
  ...['NULL', 'true', "'t'", '"x"', '1', '2.5', '1E400', '*', '+', '-', '/', '%', '=', '<>', '<=', '(', ')', '[', ']'],
  ...['{', '}', ',', '.', ':', '@v', 'a', 'constructor', '__proto__', 'cast', 'Int', 'LIKE', '==', '--', '${', '.5'],
  ...FUNCTIONS.keys(),
  ...Object.keys(EXTERNAL_FUNCTIONS),
];

const soup = fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((words) => words.join(' '));
const mutated = fc
  .tuple(fc.constantFrom(...statements), fc.nat(), fc.nat(8), fc.constantFrom(...pieces))
  .map(([sql, at, length, piece]) => {
    const start = at % (sql.length + 1);
    return sql.slice(0, start) + piece + sql.slice(start + length);
  });

/** Compiles, and lets nothing through but a refusal that says where. */
function tryCompile<Compiled>(compile: () => Compiled): Compiled | undefined {
  try {
    return compile();
  } catch (error) {
    expect(error).toBeInstanceOf(IotError);
    const { code, details } = error as IotError;
    expect(code).toBe('SqlParse');
    expect(details?.line).toBeGreaterThanOrEqual(1);
    expect(details?.column).toBeGreaterThanOrEqual(1);
    return undefined;
  }
}

/** A call of any function with any arguments over the fields of the payload. */
const argument = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'a.b',
    '*',
    'missing',
    'null',
    'true',
    "'base64'",
    "'enrichArray'",
    '-1',
    '0',
    '1.5',
    '1E999',
  ),
  fc.constantFrom(
    "'yyyy-MM-dd HH:mm:ss z'",
    "'(a*)*b'",
    "'$1'",
    "''",
    "'UTC'",
    '12345678901234567890',
    '[a, b]',
    "{'k': a}",
  ),
);
const call = fc
  .tuple(fc.constantFrom(...FUNCTIONS.keys(), 'get_or_default'), fc.array(argument, { maxLength: 4 }))
  .filter(([name, args]) => name !== 'transform' || !args[0]?.startsWith('@'))
  .map(([name, args]) => `${name}(${args.join(', ')})`);
const operator = fc.constantFrom('+', '-', '*', '/', '%', '=', '<>', '<', '>=', 'AND', 'OR');
const operation = fc.oneof(
  call,
  fc.tuple(argument, operator, argument).map((parts) => parts.join(' ')),
  fc.tuple(call, operator, call).map((parts) => parts.join(' ')),
  fc
    .tuple(call, fc.constantFrom('Int', 'Decimal', 'Boolean', 'String', 'Double'))
    .map(([x, type]) => `cast(${x} AS ${type})`),
  fc.tuple(call, call, call).map(([x, y, z]) => `CASE ${x} WHEN ${y} THEN ${z} ELSE a END`),
  fc.tuple(call, call).map(([x, y]) => `(SELECT ${x} AS x, * FROM a WHERE ${y})`),
);

const scalars = fc.oneof(
  fc.constantFrom('', 'true', '1e3', '-7.25', '2023-11-14', 'aGVsbG8=', '\ud83d', '1E-999', 'é€😀'),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.maxSafeInteger(),
  fc.string({ unit: 'binary' }),
);
const payloads = fc.oneof(
  fc.record({ a: fc.jsonValue(), b: fc.oneof(fc.jsonValue(), scalars) }),
  fc.jsonValue(),
  fc.constantFrom({ a: [{ b: 1 }, 2, null], b: { constructor: 1 } }),
);

describe('compileRule', () => {
  it.each([
    ['any text', fc.string({ unit: 'binary', maxLength: 60 })],
    ['a soup of tokens', soup],
    ['a soup of tokens after SELECT', soup.map((text) => `SELECT ${text}`)],
    ['a damaged statement', mutated],
  ])('accepts or refuses %s with SqlParse, nothing else', (_name, texts) => {
    fc.assert(
      fc.property(texts, fc.constantFrom('2015-10-08' as const, '2016-03-23' as const), (sql, sqlVersion) => {
        tryCompile(() => compileRule(sql, { sqlVersion }));
      }),
      { numRuns: 800 },
    );
  });
});

describe('compileTemplate', () => {
  it('accepts or refuses any text with SqlParse, nothing else', () => {
    const texts = fc.array(fc.oneof(soup, fc.constantFrom('${', '}', '${topic()}', '$')), { maxLength: 5 });
    fc.assert(
      fc.property(texts, (parts) => {
        tryCompile(() => compileTemplate(parts.join('')));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('evaluate', () => {
  it('never throws on any JSON payload, whatever is asked of it', () => {
    fc.assert(
      fc.property(
        operation,
        payloads,
        fc.constantFrom('2015-10-08' as const, '2016-03-23' as const),
        (sql, payload, v) => {
          const rule = tryCompile(() => compileRule(`SELECT ${sql} AS r, * FROM 't'`, { sqlVersion: v }));
          const message = openMessage({ topic: 't', protocol: 'mqtt', payload: Buffer.from(JSON.stringify(payload)) });
          const result = rule?.evaluate(message, environment);
          if (result === undefined || result instanceof Promise || !result.matched) return;
          expect(JSON.parse(Buffer.from(result.output).toString())).toBeDefined();
        },
      ),
      { numRuns: 2500 },
    );
  });

  it('never throws on any bytes', () => {
    const rules = [
      "SELECT * FROM 't'",
      "SELECT a.b FROM 't' WHERE a > 1",
      "SELECT *, 1 AS x FROM 't'",
      "SELECT VALUE * FROM 't'",
    ];
    fc.assert(
      fc.property(fc.constantFrom(...rules), fc.uint8Array({ maxLength: 64 }), (sql, payload) => {
        const message = openMessage({ topic: 't', protocol: 'mqtt', payload });
        expect(compileRule(sql).evaluate(message, environment)).toHaveProperty('matched');
      }),
    );
  });
});
