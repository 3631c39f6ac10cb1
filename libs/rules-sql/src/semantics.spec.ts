import { compileRule, openMessage, type RuleEnvironment, type RuleMessageFields, type SqlVersion } from './index.js';

const environment: RuleEnvironment = {
  timestamp: 1_700_000_000_000,
  accountId: '123456789012',
  newUuid: () => '0f8fad5b-d9cb-469f-a165-70867728950e',
  random: () => 0.25,
};

const payload = {
  i: 5,
  d: 2.5,
  s: 'abc',
  t: true,
  nul: null,
  arr: [1, 2, 3],
  obj: { k: 'v', n: 1 },
  value: 'a field',
  emoji: 'a😀b',
  rows: [{ n: 1, tag: 'a' }, { n: 2 }, 7],
};

/** The outgoing text, or the reason why there is none. */
function output(
  sql: string,
  body: unknown = payload,
  sqlVersion: SqlVersion = '2016-03-23',
  fields: Partial<RuleMessageFields> = {},
): string {
  const bytes = body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
  const message = openMessage({ topic: 'a/b', protocol: 'mqtt', payload: bytes, ...fields });
  const result = compileRule(sql, { sqlVersion }).evaluate(message, environment);
  if (result instanceof Promise) throw new Error('the rule makes external calls');
  return result.matched ? Buffer.from(result.output).toString() : `no action: ${result.reason}`;
}

/** `SELECT VALUE expression`; the empty text is Undefined. */
function value(expression: string, sqlVersion?: SqlVersion): string {
  return output(`SELECT VALUE ${expression} FROM 'a/b'`, payload, sqlVersion);
}

describe('SELECT', () => {
  it.each([
    [
      'SELECT i, obj.n, upper(s), @v, cast(i AS String), 1 + 1',
      '{"i":5,"n":1,"upper":"ABC","v":1,"cast":"5","column6":2}',
    ],
    ['SELECT i AS a.b, d AS a.c, s AS a.d.e', '{"a":{"b":5,"c":2.5,"d":{"e":"abc"}}}'],
    ['SELECT i AS a, d AS a', '{"a":2.5}'],
    ['SELECT i AS a, missing AS a', '{"a":5}'],
    ['SELECT missing AS a.b, i', '{"i":5}'],
    ['SELECT value', '{"value":"a field"}'],
    ['SELECT value, i', '{"value":"a field","i":5}'],
    ['SELECT value AS value', '{"value":"a field"}'],
    ['SELECT VALUE value', '"a field"'],
    ['SELECT VALUE -i', '-5'],
    ["SELECT VALUE value + '!'", '"a field!"'],
    ['SELECT VALUE missing', ''],
    ['SELECT 1 AS constructor, 2 AS toString', '{"constructor":1,"toString":2}'],
    ['SELECT constructor, toString, obj.hasOwnProperty', '{}'],
    ['SELECT obj.end, obj.value.select AS x', '{}'],
  ])('%s gives %s', (sql, expected) => {
    const statement = `${sql.includes('@v') ? 'SET @v = 1 ' : ''}${sql} FROM 'a/b'`;
    expect(output(statement)).toBe(expected);
  });

  it('merges a dotted alias into the payload without changing the payload', () => {
    const message = openMessage({ topic: 't', protocol: 'mqtt', payload: Buffer.from('{"a":{"x":1}}') });
    const merged = compileRule("SELECT *, 2 AS a.y FROM 't'").evaluate(message, environment);
    const plain = compileRule("SELECT a FROM 't'").evaluate(message, environment);
    expect(merged).toHaveProperty('value', { a: { x: 1, y: 2 } });
    expect(plain).toHaveProperty('value', { a: { x: 1 } });
  });

  it('sends the bytes of SELECT * as they came, white space and digits included', () => {
    const bytes = Buffer.from(' { "a" : 1.00 } ');
    expect(output("SELECT * FROM 'a/b'", bytes)).toBe(' { "a" : 1.00 } ');
    expect(output("SELECT VALUE * FROM 'a/b'", bytes)).toBe(' { "a" : 1.00 } ');
    expect(output("SELECT * AS message FROM 'a/b'", bytes)).toBe('{"message":{"a":1}}');
  });

  // AWS: "Working with binary payloads"; data can be added to a JSON or an empty payload only.
  it.each([
    ['bytes that are not JSON', Buffer.from([0xff, 0xfe]), 'no action: payload'],
    ['an empty payload', Buffer.alloc(0), '{"x":1}'],
    ['a scalar', Buffer.from('80'), '{"x":1}'],
  ])('adds columns to %s: %s', (_name, bytes, expected) => {
    expect(output("SELECT *, 1 AS x FROM 'a/b'", bytes)).toBe(expected);
  });

  it('has no members of its own for a payload named like those of JavaScript', () => {
    const bytes = Buffer.from('{"__proto__":{"polluted":true},"a":1}');
    expect(output("SELECT * , 2 AS b FROM 'a/b'", bytes)).toBe('{"__proto__":{"polluted":true},"a":1,"b":2}');
    expect(output("SELECT polluted FROM 'a/b'", bytes)).toBe('{}');
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

describe('WHERE', () => {
  it.each([
    ['t', true],
    ["'true'", false],
    ["'true' AND t", true],
    ['i', false],
    ['missing', false],
    ['t OR missing', false],
    ['missing AND t', false],
    ['t AND i > 4 AND d < 3', true],
    ['NOT missing', false],
    ["nul <> 'x'", true],
    ['nul = null', true],
    ["CASE s WHEN 'abc' THEN true ELSE false END", true],
  ])('%s passes: %s', (condition, passes) => {
    expect(output(`SELECT i FROM 'a/b' WHERE ${condition}`)).toBe(passes ? '{"i":5}' : 'no action: where');
  });
});

describe('nested queries', () => {
  it.each([
    ['(SELECT * FROM rows WHERE n > 1)', '[{"n":2}]'],
    ['(SELECT n, tag FROM rows)', '[{"n":1,"tag":"a"},{"n":2},{}]'],
    ['(SELECT VALUE tag FROM rows)', '["a"]'],
    ['(SELECT VALUE * FROM arr WHERE isUndefined(i))', '[1,2,3]'],
    ['(SELECT *, 1 AS one FROM rows)', '[{"n":1,"tag":"a","one":1},{"n":2,"one":1},{"one":1}]'],
    ['(SELECT n FROM rows WHERE n > 9)', '[]'],
    ['(SELECT k FROM obj)', '{"k":"v"}'],
    ["(SELECT k FROM obj WHERE k = 'x')", ''],
    ['(SELECT k FROM s)', ''],
    ['(SELECT k FROM missing)', ''],
    ['(SELECT VALUE n + 1 FROM get(rows, 0))', '2'],
    ["(SELECT VALUE encode(*, 'base64') FROM arr)", '["MQ==","Mg==","Mw=="]'],
  ])('%s gives %s', (query, expected) => {
    expect(value(query)).toBe(expected);
  });
});

describe('expressions', () => {
  // The readings this implementation takes where the guide is silent or contradicts itself.
  it.each([
    ['5 / 2', '2'],
    ["'5' / 2", '2.5'],
    ['1 / 0', ''],
    ['-7 % 3', '-1'],
    ['- -5', '5'],
    ["-'2.5'", '-2.5'],
    ['bitnot(13)', '-14'],
    ["indexof('abc', 'z')", '-1'],
    ["regexp_substr('abc', 'z')", ''],
    ['concat(1)', '1'],
    ['concat(1, 2)', ''],
    ['ln(0)', ''],
    ['log(-1)', ''],
    ['sqrt(-1)', ''],
    ['power(10, 400)', ''],
    ['topic(9)', ''],
    ['topic(0)', ''],
    ["transform('enrichArray', {'n': 9}, [{'n': 1, 'm': 2}])", '[{"n":9,"m":2}]'],
    ["transform('enrichArray', {'n': 9}, [1])", ''],
    ['[1, missing, 2]', '[1,2]'],
    ["{'a': missing, 'b': 1}", '{"b":1}'],
    ['cast(-1.5 AS Int)', '-2'],
    ["cast('5E999' AS Int)", '5e999'],
    ['cast(1 AS Double) / 3', '0'],
    ['cast(9007199254740993 AS Double)', '9007199254740992'],
    ["'a' + missing", ''],
    ["'a' + nul", ''],
    ['t = true', 'true'],
    ["t = 'true'", 'false'],
    ['abs(1, 2)', ''],
    ['substring(s)', ''],
    ["get('abc', 1)", '"b"'],
    ['get(obj, 1)', ''],
    ["get(*, 's')", '"abc"'],
    ["get_or_default(missing, 'd')", '"d"'],
    ["get_or_default(nul, 'd')", '"d"'],
    ['get_or_default(nul)', ''],
    ['get_or_default(i, 1)', '5'],
    ['nanvl(nul, 1)', '1'],
    ["lower({'A': [1, 'B']})", '"{\\"a\\":[1,\\"b\\"]}"'],
    ['chr(128)', ''],
    ["regexp_replace('abcd', '(b)(c)', '$2$1')", '"acbd"'],
    ["regexp_replace('abcd', 'b', '$9')", ''],
    ["encode('a', 'base32')", ''],
    ["decode('aGk', 'base64')", '"hi"'],
    ["decode(nul, 'base64')", ''],
    ["decode('MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=', 'base64')", '12345678901234567890'],
    ["parse_time('bogus', 0)", ''],
    ["get_mqtt_property('content_type')", ''],
    ['get_user_properties()', ''],
    ['rand()', '0.25'],
    ['newuuid()', '"0f8fad5b-d9cb-469f-a165-70867728950e"'],
    ['clientid()', '"n/a"'],
    ['traceid()', ''],
    ['sql_version()', '"2016-03-23"'],
    ["CASE missing WHEN 1 THEN 'one' ELSE 'else' END", ''],
    ["CASE i WHEN missing THEN 'one' ELSE 'else' END", '"else"'],
    ['isUndefined(constructor) AND isUndefined(obj.toString)', 'true'],
    ['isUndefined(get(obj, "hasOwnProperty"))', 'true'],
    ["cast('+5' AS Int)", ''],
    ["cast('1e+3' AS Int)", ''],
    ["cast('.5' AS Decimal)", ''],
    ["cast('1E3' AS Int)", '1000'],
    ["cast('0x10' AS Int)", ''],
    ["cast('NaN' AS Double)", ''],
    ["'1e+3' > 1", ''],
    ['9007199254740993 % 2', '1'],
    ['9007199254740993 / 2', '4503599627370496'],
    ['9007199254740993 - 9007199254740992', '1'],
    ['1234567890123456789012345678901234 + 0.5', '1234567890123456789012345678901234'],
    ['9E33 + 9E33', '1.8e34'],
    ['bitor(9007199254740993, 2)', '9007199254740995'],
    ['bitxor(-1, 1E3)', '-1001'],
    ['bitand(1E50, 1)', '0'],
    ['floor(9007199254740993.5)', '9007199254740993'],
    ['ceil(-0.5)', '0'],
    ['floor(1E400)', '1e400'],
    ['round(9007199254740992.5)', '9007199254740993'],
    ['abs(-0.10000000000000000001)', '0.10000000000000000001'],
    ["trunc('2.5', '1')", ''],
    ['trunc(5, 1)', '5'],
    ['exp(1000)', ''],
    ['cast(0.1 + 0.2 AS String)', '"0.3"'],
    ['0.1 * 3 = 0.3', 'true'],
    ['1E999 * 10', ''],
  ])('%s gives %s', (expression, expected) => {
    expect(value(expression)).toBe(expected);
  });

  it.each([
    ['length(emoji)', '3'],
    ['numbytes(emoji)', '6'],
    ['get(emoji, 1)', '"😀"'],
    ['substring(emoji, 1, 2)', '"😀"'],
    ["indexof(emoji, 'b')", '2'],
  ])('%s counts characters, not halves of them: %s', (expression, expected) => {
    expect(value(expression)).toBe(expected);
  });

  it.each([
    ['10.0', '10.0', '10'],
    ['2.5 * 2', '5.0', '5'],
    ['sqrt(9)', '3.0', '3'],
    ["cast('12' AS Double)", '12.0', '12'],
    ['round(2.5)', '3', '3'],
    ['time', '1.0', '1'],
  ])('%s is %s under 2015-10-08 and %s since', (expression, then, now) => {
    const bytes = Buffer.from('{"time":1.0}');
    expect(output(`SELECT VALUE ${expression} FROM 't'`, bytes, '2015-10-08')).toBe(then);
    expect(output(`SELECT VALUE ${expression} FROM 't'`, bytes)).toBe(now);
  });

  it('reads a message in both versions', () => {
    const message = openMessage({ topic: 't', protocol: 'mqtt', payload: Buffer.from('{"a":1.0}') });
    const results = (['2016-03-23', '2015-10-08', 'beta'] as const).map((sqlVersion) =>
      compileRule("SELECT VALUE a FROM 't'", { sqlVersion }).evaluate(message, environment),
    );
    expect(results.map((result) => ('output' in result ? Buffer.from(result.output).toString() : ''))).toEqual([
      '1',
      '1.0',
      '1',
    ]);
  });

  it('gives user properties in the order of the wire', () => {
    const mqtt5 = {
      userProperties: [
        ['a', '1'],
        ['b', '2'],
        ['a', '3'],
      ] as const,
    };
    expect(output("SELECT VALUE get_user_properties() FROM 't'", {}, '2016-03-23', { mqtt5 })).toBe(
      '[{"a":"1"},{"b":"2"},{"a":"3"}]',
    );
  });
});

describe('functions of the message', () => {
  const fields: Partial<RuleMessageFields> = {
    topic: '$aws/rules/my_rule/a/b',
    ruleName: 'my_rule',
    basicIngest: true,
    protocol: 'http',
    clientId: 'c1',
    traceId: 'trace',
    principal: 'p1',
    sourceIp: '192.0.2.1',
    mqtt5: { responseTopic: 'reply/to', correlationData: 'Y2lk', contentType: 'text/plain' },
  };

  it.each([
    ['topic()', '"a/b"'],
    ['topic(1)', '"a"'],
    ["topic('2')", '"b"'],
    ['clientid()', '"n/a"'],
    ['traceid()', ''],
    ['principal()', '"p1"'],
    ['sourceip()', '"192.0.2.1"'],
    ['accountid()', '"123456789012"'],
    ['timestamp()', '1700000000000'],
    ["get_mqtt_property('response_topic')", '"reply/to"'],
    ["get_mqtt_property('correlation_data')", '"Y2lk"'],
    ["get_mqtt_property('content_type')", '"text/plain"'],
    ["get_mqtt_property('format_indicator')", ''],
    ["get_mqtt_property('Content_Type')", ''],
    ["get_user_properties('a')", ''],
  ])('%s gives %s over HTTP and Basic Ingest', (expression, expected) => {
    expect(output(`SELECT VALUE ${expression} FROM '#'`, {}, '2016-03-23', fields)).toBe(expected);
  });
});

describe('a compiled rule', () => {
  it('says what it needs and what it listens to', () => {
    expect(compileRule("SET @a = 1 SELECT * FROM 'a/+/b'")).toMatchObject({
      topicFilter: 'a/+/b',
      needs: [],
      variables: ['a'],
    });
    expect(compileRule('SELECT *').topicFilter).toBeUndefined();
    const sql =
      "SELECT get_thing_shadow('t', 'r') AS a, aws_lambda('f', *) AS b, get_thing_shadow('u', 'r') AS c FROM 't'";
    expect(compileRule(sql).needs).toEqual(['get_thing_shadow', 'aws_lambda']);
  });
});

describe('a message', () => {
  const rule = compileRule("SELECT a FROM 't'");

  it.each([
    ['text', Buffer.from('plain words'), true],
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22]), true],
    ['nothing', Buffer.alloc(0), false],
    ['JSON', Buffer.from('{"a":1}'), false],
  ])('with %s has failed to parse once a rule needed JSON: %s', (_name, bytes, failed) => {
    const message = openMessage({ topic: 't', protocol: 'mqtt', payload: bytes });
    const indifferent = compileRule("SELECT * FROM 't' WHERE topic() = 't'");
    expect(indifferent.evaluate(message, environment)).toMatchObject({ matched: true });
    expect(message.parseFailed).toBe(false);
    expect(rule.evaluate(message, environment)).toMatchObject({ matched: true });
    expect(message.parseFailed).toBe(failed);
  });
});
