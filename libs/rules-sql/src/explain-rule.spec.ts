import { parseStatement } from './parse-statement.js';
import { dialectOf } from './dialect.js';
import { explainRule, openMessage } from './index.js';
import { expressionText } from './expression-text.js';

const ENVIRONMENT = { timestamp: 0, accountId: '1', newUuid: () => 'u', random: () => 0.5 };

function explain(sql: string, payload: unknown) {
  const message = openMessage({ topic: 'a/b', payload: Buffer.from(JSON.stringify(payload)), protocol: 'mqtt' });
  return explainRule(sql, message, ENVIRONMENT);
}

describe('explainRule', () => {
  it('gives the value of each expression, the whole before its parts', async () => {
    const { result, summary, expressions } = await explain(
      "SET @f = t * 1.8 + 32 SELECT @f AS f, topic(2) AS d FROM 'a/b' WHERE t > 10",
      { t: 20 },
    );
    expect(result.matched).toBe(true);
    expect(summary).toBe('WHERE is true');
    expect(expressions.map(({ clause, depth, expression, value }) => [clause, depth, expression, value])).toEqual([
      ['SET', 0, 't * 1.8 + 32', 68],
      ['SET', 1, 't * 1.8', 36],
      ['SET', 2, 't', 20],
      ['WHERE', 0, 't > 10', true],
      ['WHERE', 1, 't', 20],
      ['SELECT', 0, '@f', 68],
      ['SELECT', 0, 'topic(2)', 'b'],
    ]);
  });

  it.each([
    ['a comparison', 'temp > 50', { temp: 20 }, 'temp > 50 is false, since temp is 20'],
    ['a missing field', 'temp > 50', {}, 'temp > 50 is Undefined, since temp is Undefined'],
    [
      'one of several conditions',
      "a = 1 AND b.c = 'x'",
      { a: 1, b: { c: 'y' } },
      `b.c = 'x' is false, since b.c is "y"`,
    ],
    ['a text that only looks like a number', 'n = 5', { n: '5' }, 'n = 5 is false, since n is "5"'],
    ['a function', 'length(s) > 3', { s: 'ab' }, 'length(s) > 3 is false, since length(s) is 2'],
  ])('says why WHERE failed: %s', async (_name, where, payload, reason) => {
    const { result, summary } = await explain(`SELECT * FROM 'a/b' WHERE ${where}`, payload);
    expect(result).toMatchObject({ matched: false, reason: 'where', clause: 'WHERE' });
    expect(summary).toBe(`WHERE is not true: ${reason}`);
  });

  it('shows nothing of what was not evaluated', async () => {
    const { expressions } = await explain("SELECT x FROM 'a' WHERE a = 1 AND b = 2", { a: 2, b: 2 });
    expect(expressions.map(({ expression }) => expression)).toEqual(['a = 1', 'a']);
  });

  it('names the clause in which an evaluation ended', async () => {
    const message = openMessage({ topic: 'a', payload: Buffer.from('no JSON'), protocol: 'mqtt' });
    const { result } = await explainRule("SELECT *, 1 AS one FROM 'a'", message, ENVIRONMENT);
    expect(result).toMatchObject({ matched: false, reason: 'payload', clause: 'SELECT' });
  });
});

describe('expressionText', () => {
  const dialect = dialectOf('2016-03-23');
  const roundTrip = (expression: string) => {
    const { selection } = parseStatement(`SELECT VALUE ${expression}`, dialect);
    if (selection.kind !== 'value') throw new Error('SELECT VALUE has a value');
    return selection.expression;
  };

  it.each([
    'a + b * c - -d % 2',
    '(a + b) * c',
    'a - (b - c)',
    'NOT (a = 1 OR b = 2) AND c <> 3',
    "CASE x WHEN 'a' THEN 1 ELSE [1, 2, {'k': null}] END",
    `concat("it's", a.b.c, @v)`,
    'cast(a + 1 AS int)',
    '(SELECT VALUE x FROM items WHERE x > 1)',
    'get((SELECT a, b AS c FROM items), 0).c',
  ])('writes %s so that it parses to the same', (expression) => {
    const parsed = roundTrip(expression);
    const again = roundTrip(expressionText(parsed));
    const plain = (value: unknown) =>
      JSON.stringify(value, (key, inner: unknown) => (key === 'offset' ? undefined : inner));
    expect(plain(again)).toBe(plain(parsed));
  });
});
