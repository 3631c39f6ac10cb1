import { compileRule, compileTemplate, openMessage, type RuleEnvironment, type RuleResult } from './index.js';

const environment: RuleEnvironment = {
  timestamp: 1_700_000_000_000,
  accountId: '123456789012',
  newUuid: () => '0f8fad5b-d9cb-469f-a165-70867728950e',
  random: () => 0.25,
};

function evaluate(sql: string, payload: string): RuleResult {
  const message = openMessage({ topic: 't', protocol: 'mqtt', payload: Buffer.from(payload) });
  const result = compileRule(sql).evaluate(message, environment);
  if (result instanceof Promise) throw new Error('the rule makes external calls');
  return result;
}

/** What a refused text is refused with. */
function refusalOf(compile: () => unknown): unknown {
  try {
    compile();
  } catch (error) {
    return error;
  }
  return undefined;
}

const nested = (open: string, inner: string, close: string, times: number): string =>
  open.repeat(times) + inner + close.repeat(times);

describe('the bounds of a statement', () => {
  it.each([
    ['parentheses', nested('(', '1', ')', 100_000)],
    ['calls', nested('abs(', '1', ')', 50_000)],
    ['arrays', nested('[', '1', ']', 100_000)],
    ['objects', nested("{'a':", '1', '}', 40_000)],
    ['nested queries', nested('(SELECT a FROM ', 'a', ')', 15_000)],
    ['nested queries in their columns', nested('(SELECT ', 'a', ' FROM a)', 15_000)],
    ['CASE', nested('CASE ', '1', ' WHEN 1 THEN 1 END', 10_000)],
  ])('refuse %s nested without end', (_name, expression) => {
    expect(refusalOf(() => compileRule(`SELECT ${expression} AS x FROM 't'`))).toMatchObject({ code: 'SqlParse' });
  });

  it.each([
    ['sums', `a${' + 1'.repeat(50_000)}`, 50_001],
    ['differences in one call', `abs(a${' - 0'.repeat(50_000)})`, 1],
    ['minus signs', `${'- '.repeat(100_000)}a`, 1],
    ['comparisons joined by AND', `a = 1${' AND a = 1'.repeat(20_000)}`, true],
    ['NOT', `${'NOT '.repeat(50_000)}(a = 1)`, true],
  ])('take long rows of %s', (_name, expression, expected) => {
    expect(evaluate(`SELECT VALUE ${expression} FROM 't'`, '{"a":1}')).toMatchObject({ value: expected });
  });

  // AWS: a rule definition has at most 256 KB.
  it('refuse a statement over 256 KiB', () => {
    const sql = `SELECT '${'x'.repeat(256 * 1024)}' AS x FROM 't'`;
    const refusal = { code: 'SqlParse', details: { line: 1, column: 1 } };
    expect(refusalOf(() => compileRule(sql))).toMatchObject(refusal);
    expect(refusalOf(() => compileTemplate(sql))).toMatchObject(refusal);
  });
});

describe('the bounds of an evaluation', () => {
  const long = JSON.stringify({ s: 'a'.repeat(100_000), e: Array.from({ length: 60_000 }, () => 1) });

  it.each([
    ['replacements that multiply a text', "replace(replace(s, 'a', s), 'a', s)"],
    ['replacements by an expression that matches everywhere', "regexp_replace(s, '', s)"],
    ['replacements that repeat a group', `regexp_replace(s, '.+', '${'$0'.repeat(1000)}')`],
    ['texts joined again and again', "s+s+s+s+s+s+s+s+s+s+s+s+'x'"],
  ])('end %s', (_name, expression) => {
    expect(evaluate(`SELECT ${expression} AS x FROM 't'`, long)).toMatchObject({ matched: false, reason: 'limit' });
  });

  it.each([
    ['large texts joined in many rows', "@s + 'x'"],
    ['large texts changed in many rows', 'upper(@s)'],
    ['large texts read in many rows', 'md5(@s)'],
    ['large texts cast in many rows', 'cast(@s AS String)'],
    ['an expression matched in many rows', "regexp_matches(@s, '[ab]+c')"],
  ])('end %s', (_name, expression) => {
    const sql = `SET @s = s SELECT (SELECT VALUE ${expression} FROM e) AS x FROM 't'`;
    expect(evaluate(sql, long)).toMatchObject({ matched: false, reason: 'limit' });
  });

  it('end an expression that keeps an automaton busy', () => {
    expect(evaluate("SELECT regexp_matches(s, '(x?a.{400})[cd]') AS x FROM 't'", long)).toMatchObject({
      reason: 'limit',
    });
  });

  it('end queries nested over each other', () => {
    const sql =
      "SET @e = e SELECT (SELECT VALUE (SELECT VALUE (SELECT VALUE 1 FROM @e) FROM @e) FROM @e) AS x FROM 't'";
    expect(evaluate(sql, JSON.stringify({ e: Array.from({ length: 1000 }, () => 1) }))).toMatchObject({
      reason: 'limit',
    });
  });

  it('end an output made of shared parts before it is written', () => {
    const sql = "SET @e = e SELECT (SELECT VALUE @e FROM @e) AS x FROM 't'";
    expect(evaluate(sql, JSON.stringify({ e: Array.from({ length: 2000 }, () => 'abcdefgh') }))).toMatchObject({
      matched: false,
      reason: 'limit',
    });
  });

  const members = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, n]));
  const often = (part: string, count: number) => Array.from({ length: count }, () => part);

  it.each<[name: string, sql: string, payload: unknown]>([
    ['columns that copy the payload', `SELECT ${often('*', 2000).join()} FROM 't'`, members(12_000)],
    ['columns set in a large object', `SELECT *, ${often('1 AS a.b', 2000).join()} FROM 't'`, { a: members(12_000) }],
    [
      'large objects compared',
      `SELECT 1 AS x FROM 't' WHERE ${often('a = b', 2000).join(' AND ')}`,
      { a: members(6000), b: members(6000) },
    ],
    [
      'large objects joined',
      `SELECT ${often("transform('enrichArray', a, e) AS x", 1000).join()} FROM 't'`,
      { a: {}, e: often('', 10).map(() => members(500)) },
    ],
    [
      'many columns of many rows',
      `SELECT (SELECT ${often('a + 1 AS x', 2000).join()} FROM e) AS x FROM 't'`,
      { e: often('', 20_000).map(() => 1) },
    ],
    [
      'calendars in many rows',
      `SELECT (SELECT ${often("parse_time('yyyy', 1, 'America/Belize') AS x", 20).join()} FROM e) AS x FROM 't'`,
      { e: often('', 20_000).map(() => 1) },
    ],
    [
      'long numbers read again and again',
      `SELECT 1 AS x FROM 't' WHERE ${often('s < 1', 25_000).join(' OR ')}`,
      { s: '1'.repeat(2000) },
    ],
  ])(
    'end %s',
    (_name, sql, payload) => {
      expect(evaluate(sql, JSON.stringify(payload))).toMatchObject({ matched: false, reason: 'limit' });
    },
    5_000,
  );

  // AWS: magnitudes end at 1E999.
  it('take a text of thousands of digits for no number', () => {
    const payload = JSON.stringify({ s: '1'.repeat(100_000) });
    expect(evaluate("SELECT s < 1 AS x, cast(s AS Int) AS n, 1 AS one FROM 't'", payload)).toMatchObject({
      value: { one: 1 },
    });
  });

  // AWS: the variables of a statement take at most 128 KiB together.
  it('end a SET clause whose values are too large together', () => {
    const payload = JSON.stringify({ s: 'a'.repeat(70_000) });
    expect(evaluate("SET @a = s SELECT length(@a) AS n FROM 't'", payload)).toMatchObject({ value: { n: 70_000 } });
    expect(evaluate("SET @a = s, @b = s SELECT length(@b) AS n FROM 't'", payload)).toMatchObject({ reason: 'limit' });
  });

  it('make a template whose piece is over them Undefined', () => {
    const message = openMessage({ topic: 't', protocol: 'mqtt', payload: Buffer.from(long) });
    expect(compileTemplate("${replace(replace(s, 'a', s), 'a', s)}").evaluate(message, environment)).toBeUndefined();
  });

  it.each([
    ['a payload nested too deep', nested('[', '', ']', 200)],
    ['a payload nested to the brink of the parser', nested('[', '', ']', 60_000)],
    ['objects nested too deep', nested('{"a":', '1', '}', 200)],
  ])('take %s for bytes that are not JSON', (_name, payload) => {
    expect(evaluate("SELECT * FROM 't'", payload)).toMatchObject({ matched: true, encoding: 'binary' });
    expect(evaluate("SELECT *, 1 AS x FROM 't'", payload)).toMatchObject({ matched: false, reason: 'payload' });
  });

  it.each([
    ['an expression that would backtrack', "regexp_matches(s, '(a+)+b')", false],
    [
      'an expression over the bound of its program',
      "regexp_matches(s, '(a{30}){30}(b{30}){30}(c{30}){30}(d{30}){30}(e{30}){30}(f{30}){30}')",
      undefined,
    ],
    ['an expression over the bound of its length', `regexp_matches(s, '${'b'.repeat(3000)}')`, undefined],
    ['inner spaces', "rtrim(replace(s, 'a', ' ') + '.')", `${' '.repeat(100_000)}.`],
    ['a long number', 'cast(s AS Int)', undefined],
  ])(
    'keep %s fast',
    (_name, expression, expected) => {
      expect(evaluate(`SELECT VALUE ${expression} FROM 't'`, long)).toMatchObject({ value: expected });
    },
    2000,
  );
});
