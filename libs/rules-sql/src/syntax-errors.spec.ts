import { compileRule, type SqlVersion } from './index.js';

function refusal(
  sql: string,
  sqlVersion: SqlVersion = '2016-03-23',
): { code: string; message: string; details: unknown } {
  try {
    compileRule(sql, { sqlVersion });
  } catch (error) {
    return error as ReturnType<typeof refusal>;
  }
  throw new Error(`accepted: ${sql}`);
}

describe('a refused statement', () => {
  it('names line and column, in the message and for programs', () => {
    expect(refusal("SELECT a\nFROM 't'\n WHERE a >")).toMatchObject({
      code: 'SqlParse',
      message: 'Line 3, column 11: expected an expression, found the end of the text',
      details: { line: 3, column: 11 },
    });
  });

  it.each([
    ["SELEC * FROM 't'", 'expected SELECT to begin the statement, found "SELEC". Did you mean SELECT?'],
    ['', 'expected SELECT to begin the statement, found the end of the text'],
    [
      "SELECT a FORM 't'",
      'expected "," or AS or FROM or WHERE or the end of the statement, found "FORM". Did you mean FROM?',
    ],
    ['SELECT a FROM topic', 'expected a topic filter in single quotes after FROM, found "topic"'],
    ["SELECT a FROM ''", 'A topic filter must have at least one character'],
    ["SELECT a FROM 'a/#/b'", 'the wildcard # must stand alone in the last level'],
    ["SELECT * WHERE a = 1 FROM 't'", 'FROM stands before WHERE'],
    ["SELECT a FROM 't' WHERE a = 1 b", 'expected the end of the statement, found "b"'],
    ["SELECT a AS FROM 't'", 'expected a name after AS, found "FROM"'],
    ["SELECT (1 + 2 AS x FROM 't'", 'expected ")" to close the parenthesis, found "AS"'],
    ["SELECT abs(1 FROM 't'", 'expected ")" or "," to close the arguments'],
    ["SELECT [1 FROM 't'", 'expected "]" or "," to close the array'],
    ["SELECT {a: 1} FROM 't'", 'expected a key in quotes, found "a"'],
    ["SELECT {'a' 1} FROM 't'", 'expected ":" after the key "a"'],
    ["SELECT 'a FROM t", "the text that starts here has no closing '"],
    ["SELECT 1st FROM 't'", 'reach such a field by get(*, "1st")'],
    ["SELECT a ? b FROM 't'", 'the character "?" is not part of the language'],
    ["SELECT a.'b' FROM 't'", 'expected the name of a member after "."'],
    ["SELECT a['b'] FROM 't'", 'there is no index by brackets: use get(array, 0) or get(object, "name")'],
    ["SELECT a < b < c FROM 't'", 'comparisons do not chain'],
    ["SELECT SELECT a FROM b FROM 't'", 'a nested query stands in parentheses'],
    ["SELECT (SELECT a FROM 'b') AS x FROM 't'", 'expected a path in the payload'],
    ["SELECT (SELECT a FROM 1 + 2) AS x FROM 't'", 'a nested query reads FROM a path'],
    ["SELECT (SELECT a) AS x FROM 't'", 'expected FROM and the path'],
  ])('%s says: %s', (sql, expected) => {
    expect(refusal(sql).message).toContain(expected);
  });

  it.each([
    ["SELECT * FROM 't' WHERE a == 1", '"==" is not part of the language: write = for "equal"'],
    ["SELECT * FROM 't' WHERE a != 1", 'write <> for "not equal"'],
    ["SELECT a || b AS c FROM 't'", 'write + or concat()'],
    ["SELECT * FROM 't' WHERE a && b", 'write AND'],
    ["SELECT * FROM 't' WHERE a LIKE 'b%'", 'The language has no LIKE: use regexp_matches(text, pattern)'],
    ["SELECT * FROM 't' WHERE a IN (1, 2)", 'The language has no IN'],
    ["SELECT * FROM 't' WHERE a IS NULL", 'use isNull(x) or isUndefined(x)'],
    ["SELECT * FROM 't' WHERE a BETWEEN 1 AND 2", 'use >= and <= joined by AND'],
    ["SELECT DISTINCT a FROM 't'", 'The language has no DISTINCT'],
    ["SELECT a FROM 't' WHERE a = 1 GROUP BY a", 'there is no GROUP BY'],
    ["SELECT a FROM 't' -- note", 'the language has no comments'],
    ["SELECT a /* note */ FROM 't'", 'the language has no comments'],
    ["SELECT a FROM 't';", 'leave the semicolon out'],
    ["SELECT ${a} FROM 't'", 'inside SQL write the expression itself'],
    ["SELECT coalesce(a, b) FROM 't'", 'there is no function coalesce(): use nanvl(a, b)'],
    ["SELECT CASE WHEN a = 1 THEN 2 END FROM 't'", 'CASE true WHEN condition THEN'],
  ])('%s is answered with the documented way: %s', (sql, advice) => {
    expect(refusal(sql).message).toContain(advice);
  });

  it.each([
    ["SELECT trimm(a) FROM 't'", 'did you mean trim()?'],
    ["SELECT time_stamp() FROM 't'", 'did you mean timestamp()?'],
    ["SELECT get_thing_shadows(a, 'r') FROM 't'", 'did you mean get_thing_shadow()?'],
    ["SELECT cast(a AS Integr) FROM 't'", 'did you mean integer?'],
    ["SET @temperature = a SELECT @temprature FROM 't'", 'did you mean @temperature?'],
    ["SELECT constructor(a) FROM 't'", 'there is no function constructor()'],
    ["SELECT decode_proto(a) FROM 't'", 'there is no function decode_proto()'],
  ])('%s is answered with the nearest name: %s', (sql, hint) => {
    expect(refusal(sql).message).toContain(hint);
  });

  // AWS: "SET clause", its limits.
  it.each([
    ["SET @a = 1 SET @b = 2 SELECT @a FROM 't'", 'a statement has one SET clause'],
    ["SET @a = 1, @a = 2 SELECT @a FROM 't'", 'the variable @a is assigned twice'],
    ["SET a = 1 SELECT a FROM 't'", 'expected a variable such as @name after SET'],
    ["SET @a = @b, @b = 1 SELECT @a FROM 't'", 'there is no variable @b here'],
    [
      `SET ${Array.from({ length: 11 }, (_, at) => `@v${at} = 1`).join(', ')} SELECT 1 FROM 't'`,
      'at most 10 variables',
    ],
    [`SET @${'n'.repeat(65)} = 1 SELECT 1 FROM 't'`, 'at most 64 characters'],
    ["SET @r = 'x' SELECT get_thing_shadow('t', @r) FROM 't'", 'cannot be a variable'],
    ["SET @m = 'enrichArray' SELECT transform(@m, a, b) FROM 't'", 'cannot be a variable'],
  ])('%s says: %s', (sql, expected) => {
    expect(refusal(sql).message).toContain(expected);
  });

  it.each([
    // AWS: "a rule may have only one get_dynamodb call"; at most two protobuf decodes.
    [
      "SELECT get_dynamodb('t','k',1,'r') AS a, get_dynamodb('t','k',2,'r') AS b FROM 't'",
      'get_dynamodb() at most once',
    ],
    [
      `SELECT ${Array.from({ length: 3 }, (_, at) => `decode(*, 'proto', 'b', 'k', 'f', 'm') AS x${at}`).join(', ')} FROM 't'`,
      'at most twice',
    ],
    ["SELECT get_or_default(a, aws_lambda('f', 1)) FROM 't'", 'must not call external functions'],
    ["SELECT get_or_default(aws_lambda('f', 1), aws_lambda('f', 2)) FROM 't'", 'must not call external functions'],
  ])('%s says: %s', (sql, expected) => {
    expect(refusal(sql).message).toContain(expected);
  });

  // AWS: "SQL versions", what 2016-03-23 added.
  it.each([
    ["SELECT [1] AS a FROM 't'", 'an array literal'],
    ["SELECT {'a': 1} AS a FROM 't'", 'an object literal'],
    ["SELECT (SELECT a FROM b) AS a FROM 't'", 'a nested query'],
    ["SELECT length(a) AS a FROM 't'", 'length()'],
    ["SELECT get_or_default(a) AS a FROM 't'", 'get_or_default()'],
    ["SELECT get_thing_shadow('a', 'r') AS a FROM 't'", 'get_thing_shadow()'],
    ["SELECT cast(a AS Decimal) AS a FROM 't'", 'cast to Decimal'],
  ])('%s needs a later version than 2015-10-08', (sql, subject) => {
    expect(refusal(sql, '2015-10-08').message).toContain(`${subject} needs awsIotSqlVersion 2016-03-23`);
    expect(() => compileRule(sql)).not.toThrow();
    expect(() => compileRule(sql, { sqlVersion: 'beta' })).not.toThrow();
  });
});
