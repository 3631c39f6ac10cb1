import { evaluated, outcome } from './evaluate.fixture.js';

describe('the spelling of statements', () => {
  it.each([
    ["SELECT my-key FROM 'a/b'", '{}'],
    ['SELECT int', '{"int":5}'],
    ["  select\n\tint\r\n from\t'a/b' \n where\tint=5\n", '{"int":5}'],
    ["sElEcT int aS X fRoM 'a/b' wHeRe nOt no aNd yes oR no", '{"X":5}'],
    ['SELECT int FROM "a/b"', '{"int":5}'],
    ["SELECT \"it's\" AS a, 'say \"x\"' AS b FROM 'a/b'", '{"a":"it\'s","b":"say \\"x\\""}'],
    ["SELECT 'a\\' AS r FROM 'a/b'", '{"r":"a\\\\"}'],
    ["SELECT 'a\\nb' AS r FROM 'a/b'", '{"r":"a\\\\nb"}'],
    ["SELECT 'a\nb' AS r FROM 'a/b'", '{"r":"a\\nb"}'],
    ["SELECT '' AS r FROM 'a/b'", '{"r":""}'],
    ["SELECT '-- no comment /* */' AS r FROM 'a/b'", '{"r":"-- no comment /* */"}'],
    ["SELECT NULL AS n, TRUE AS t, False AS f FROM 'a/b'", '{"n":null,"t":true,"f":false}'],
    ["SELECT int, I FROM 'a/b'", '{"int":5}'],
  ])('%s gives %s', (sql, expected) => {
    expect(outcome(sql)).toBe(expected);
  });
});

describe('names, the wildcard and aliases', () => {
  it.each([
    [
      "SELECT timestamp, type, time, data, long, lat FROM 'a/b'",
      '{"timestamp":1,"type":2,"time":3,"data":4,"long":5,"lat":6}',
      '{"timestamp":1,"type":2,"time":3,"data":4,"long":5,"lat":6}',
    ],
    ["SELECT _a, a1, A_1 FROM 'a/b'", '{"_a":1,"a1":2,"A_1":3}', '{"_a":1,"a1":2,"A_1":3}'],
    ["SELECT température FROM 'a/b'", '{"température":1}', '{"température":1}'],
    [
      "SELECT select1, fromage, android, notes, order, group, limit FROM 'a/b'",
      '{"select1":1,"fromage":2,"android":3,"notes":4,"order":5,"group":6,"limit":7}',
      '{"select1":1,"fromage":2,"android":3,"notes":4,"order":5,"group":6,"limit":7}',
    ],
    [
      "SELECT in, like, is, between, exists, distinct AS d FROM 'a/b'",
      '{"in":1,"like":2,"is":3,"between":4,"exists":5,"distinct":6}',
      '{"in":1,"like":2,"is":3,"between":4,"exists":5,"d":6}',
    ],
    ["SELECT cast, abs, topic FROM 'a/b'", '{"cast":1,"abs":2,"topic":3}', '{"cast":1,"abs":2,"topic":3}'],
    ["SELECT *, i + 1 AS i FROM 'a/b'", '{"i":1,"j":1}', '{"i":2,"j":1}'],
    ["SELECT 9 AS i, * FROM 'a/b'", '{"i":1,"j":1}', '{"i":1,"j":1}'],
    ["SELECT *, * FROM 'a/b'", '{"i":1}', '{"i":1}'],
    ["SELECT *, missing AS i FROM 'a/b'", '{"i":1}', '{"i":1}'],
    ["SELECT *, null AS i FROM 'a/b'", '{"i":1}', '{"i":null}'],
    ["SELECT * AS m FROM 'a/b'", '[1,2]', '{"m":[1,2]}'],
    ["SELECT * AS a.b FROM 'a/b'", '{"i":1}', '{"a":{"b":{"i":1}}}'],
    ["SELECT *, 1 AS x FROM 'a/b'", '[1,2]', '{"x":1}'],
    [
      "SELECT a.b AS state.reported.t, c AS state.reported.h, d AS state.x FROM 'a/b'",
      '{"a":{"b":1},"c":2,"d":3}',
      '{"state":{"reported":{"t":1,"h":2},"x":3}}',
    ],
    ["SELECT *, 2 AS a.z FROM 'a/b'", '{"a":{"b":1}}', '{"a":{"b":1,"z":2}}'],
    ["SELECT *, 2 AS a.b.c FROM 'a/b'", '{"a":{"b":1}}', '{"a":{"b":{"c":2}}}'],
    ["SELECT a.b FROM 'a/b'", '{"a":{"b":1}}', '{"b":1}'],
    ["SELECT a.b, c.b FROM 'a/b'", '{"a":{"b":1},"c":{"b":2}}', '{"b":2}'],
  ])('%s on %s gives %s', (sql, payload, expected) => {
    expect(outcome(sql, { payload })).toBe(expected);
  });
});

describe('SELECT VALUE, and a field that is named value,', () => {
  it.each([
    ["SELECT int AS value FROM 'a/b'", '{"value":5}'],
    ["SELECT value FROM 'a/b'", '{"value":4}'],
    ["SELECT VALUE value FROM 'a/b'", '4'],
    ["SELECT value AS v, int FROM 'a/b'", '{"v":4,"int":5}'],
    ["SELECT int, value FROM 'a/b'", '{"int":5,"value":4}'],
    ["SELECT value + 1 AS r FROM 'a/b'", '{"r":5}'],
    ["SELECT value * 2 AS r FROM 'a/b'", '{"r":8}'],
    ["SELECT value - 1 AS r FROM 'a/b'", '{"r":3}'],
    ["SELECT value / 2 AS r FROM 'a/b'", '{"r":2}'],
    ["SELECT value % 3 AS r, int FROM 'a/b'", '{"r":1,"int":5}'],
    ["SELECT value * 1.8 + 32 AS f FROM 'a/b'", '{"f":39.2}'],
    ["SELECT value - 1, int FROM 'a/b'", '{"column1":3,"int":5}'],
    ["SELECT value - int AS r FROM 'a/b'", '{"r":-1}'],
    ["SELECT VALUE - int FROM 'a/b'", '-5'],
    ["SELECT VALUE -5 FROM 'a/b'", '-5'],
    ["SELECT VALUE (int + 1) * 2 FROM 'a/b'", '12'],
    ["SELECT VALUE [int] FROM 'a/b'", '[5]'],
    ["SELECT VALUE {'a':int} FROM 'a/b'", '{"a":5}'],
    ["SELECT VALUE 'x' FROM 'a/b'", '"x"'],
    ["SELECT VALUE true FROM 'a/b'", 'true'],
    ["SELECT VALUE null FROM 'a/b'", 'null'],
    ["SELECT VALUE NOT yes FROM 'a/b'", 'false'],
    ["SELECT VALUE CASE int WHEN 5 THEN 1 END FROM 'a/b'", '1'],
    ["SELECT VALUE cast(int AS String) FROM 'a/b'", '"5"'],
    ["SELECT VALUE missing FROM 'a/b'", ''],
    ["SELECT VALUE (SELECT VALUE n FROM rows) FROM 'a/b'", '[1,2]'],
  ])('%s gives %s', (sql, expected) => {
    expect(outcome(sql)).toBe(expected);
  });
});

it('reads queries around each other in time, however often VALUE may be a field', () => {
  const depth = 30;
  const nested = `${'(SELECT value - '.repeat(depth)}1${' AS r FROM rows)'.repeat(depth)}`;
  expect(evaluated(`isUndefined(${nested})`)).toBe('false');
});

describe('WHERE', () => {
  it.each([
    ["'true'", false],
    ['1', false],
    ["'x'", false],
    ['missing', false],
    ['nul', false],
    ['list', false],
    ['true', true],
    ['TRUE', true],
    ['int = 5 OR missing = 1', false],
    ['missing = 1 OR int = 5', false],
    ['isUndefined(missing) OR missing = 1', false],
    ['NOT missing = 1', false],
    ['isUndefined(missing = 1)', true],
    ['nul = null', true],
    ["missing <> 'x'", false],
    ["'true' AND 'TRUE'", true],
    ["yes AND 'false'", false],
    ["NOT 'false'", true],
    ['(SELECT VALUE n FROM rows) = [1,2]', true],
    ["{'k':'v','n':1} = obj", true],
    ["get((SELECT n FROM rows WHERE tag = 'a'),0).n = 1", true],
    ['cast(yes AS Boolean)', true],
    ["cast('TRUE' AS Bool)", true],
    ["regexp_matches(text,'^a')", true],
    ['CASE int WHEN 5 THEN true END', true],
    ['CASE int WHEN 6 THEN true END', false],
  ])('%s passes: %s', (condition, passes) => {
    expect(outcome(`SELECT int FROM 'a/b' WHERE ${condition}`)).toBe(passes ? '{"int":5}' : 'no action: where');
  });
});

describe('SET', () => {
  it.each([
    ['SET @a = int + 1, @b = @a * 2 SELECT @b AS r', '{"r":12}'],
    ['SET @a = obj SELECT @a.k AS r', '{"r":"v"}'],
    ['SET @a = obj SELECT @a.k', '{"k":"v"}'],
    ['SET @a = obj SELECT @a', '{"a":{"k":"v","n":1}}'],
    ['set @a = missing SELECT @a AS r, isUndefined(@a) AS u', '{"u":true}'],
    ['SET @a = nul SELECT @a AS r', '{"r":null}'],
    ['SET @1 = 1 SELECT @1 AS r', '{"r":1}'],
    ['SET @_x9 = 1 SELECT @_x9 AS r', '{"r":1}'],
    ["SET @a = 1 SELECT @a AS r FROM 'a/b' WHERE @a = 1", '{"r":1}'],
    ["SET @a = 1 SELECT @a AS r FROM 'a/b' WHERE @a > 1", 'no action: where'],
    ['SET @lim = 1 SELECT (SELECT VALUE n FROM rows WHERE n > @lim) AS r', '{"r":[2]}'],
    ['SET @rs = rows SELECT (SELECT VALUE n FROM @rs) AS r', '{"r":[1,2]}'],
    ["SET @o = {'rows':rows} SELECT (SELECT VALUE n FROM @o.rows) AS r", '{"r":[1,2]}'],
    ['SET @a = (SELECT VALUE n FROM rows) SELECT get(@a, 1) AS r', '{"r":2}'],
    ["SET @a = CASE int WHEN 5 THEN 'five' ELSE 'x' END SELECT upper(@a) AS r", '{"r":"FIVE"}'],
    ['SET @a = * SELECT @a.int AS r', '{"r":5}'],
    ['SET @a = 1 SELECT @a', '{"a":1}'],
    ['SET @a = 1 SELECT VALUE @a', '1'],
    [
      'SET @a = 1, @b = 2, @c = 3, @d = 4, @e = 5, @f = 6, @g = 7, @h = 8, @i = 9, @j = 10 SELECT @a + @j AS r',
      '{"r":11}',
    ],
    ["SET @a = lpad('x',1000) + lpad('x',1000) SELECT length(@a) AS r", '{"r":2002}'],
    ['SET @a = int=5 SELECT @a AS r', '{"r":true}'],
    ['SET @a = 1 SELECT @a.b AS r, @a.b.c AS q', '{}'],
  ])('%s gives %s', (sql, expected) => {
    expect(outcome(sql)).toBe(expected);
  });

  it.each([['SET @a = 1 SELECT *, @a AS z', '{"i":1}', '{"i":1,"z":1}']])(
    '%s on %s gives %s',
    (sql, payload, expected) => {
      expect(outcome(sql, { payload })).toBe(expected);
    },
  );
});

describe('a variable', () => {
  it.each([
    "SET @b = @a, @a = 1 SELECT 1 AS r FROM 'a/b'",
    "SET @a = @a SELECT 1 AS r FROM 'a/b'",
    "SET @a = 1, @a = 2 SELECT 1 AS r FROM 'a/b'",
    "SET @a = 1 SET @b = 2 SELECT 1 AS r FROM 'a/b'",
    "SET @a = 1, SELECT 1 AS r FROM 'a/b'",
    "SET SELECT 1 AS r FROM 'a/b'",
    "SET a = 1 SELECT 1 AS r FROM 'a/b'",
    "SET @a 1 SELECT 1 AS r FROM 'a/b'",
    "SET @a := 1 SELECT 1 AS r FROM 'a/b'",
    "SET @ = 1 SELECT 1 AS r FROM 'a/b'",
    "SET @a-b = 1 SELECT 1 AS r FROM 'a/b'",
    "SET @A = 1 SELECT @a AS r FROM 'a/b'",
    "SELECT @a AS r FROM 'a/b'",
    "SELECT 1 AS r FROM 'a/b' WHERE @a = 1",
    "SELECT 1 AS r SET @a = 1 FROM 'a/b'",
    "SET @m = 'enrichArray' SELECT transform(@m, obj, rows) AS r FROM 'a/b'",
    "SET @r = 'role' SELECT get_thing_shadow('t', @r) AS r FROM 'a/b'",
    "SET @a = 1 SELECT int AS @a FROM 'a/b'",
  ])('refuses %s', (sql) => {
    expect(() => outcome(sql)).toThrow(/^Line \d+, column \d+: /);
  });
});

describe('a payload', () => {
  it.each([
    ['SELECT a AS r', '{"a":9007199254740993}', '{"r":9007199254740993}'],
    ['SELECT a AS r', '{"a":0.1234567890123456789}', '{"r":0.1234567890123456789}'],
    ['SELECT a AS r', '{"a":1e400}', '{"r":1e400}'],
    ['SELECT a AS r', '{"a":1e1000}', '{}'],
    ['SELECT a AS r', '{"a":1e-1000}', '{"r":0}'],
    ['SELECT a AS r', '{"a":1E+2}', '{"r":100}'],
    ['SELECT a AS r', '{"a":10.0}', '{"r":10}'],
    ['SELECT cast(a AS String) AS r', '{"a":10.000}', '{"r":"10"}'],
    ['SELECT a AS r', '{"a":-0}', '{"r":0}'],
    ['SELECT a AS r', '{"a":-0.0}', '{"r":0}'],
    ['SELECT cast(a AS String) AS r', '{"a":-0.0}', '{"r":"0"}'],
    ['SELECT atan2(a,-1) AS r', '{"a":-0}', '{"r":3.141592653589793}'],
    ['SELECT VALUE [a]', '{"a":-0}', '[0]'],
    ['SELECT a AS r', '{"a":"\\ud800"}', '{"r":"\\ud800"}'],
    ['SELECT a AS r', '{"a":1,"a":2}', '{"r":2}'],
    ['SELECT a AS r', '{a:1}', '{}'],
    ['SELECT a AS r', '{"a":1,}', '{}'],
    ['SELECT a AS r', "{'a':1}", '{}'],
    ['SELECT a AS r', '{"a":NaN}', '{}'],
    ['SELECT a AS r', '{"a":01}', '{}'],
    ['SELECT a AS r', '[1]', '{}'],
    ['SELECT a AS r', 'null', '{}'],
    ['SELECT a AS r', '"a"', '{}'],
    ['SELECT a AS r', '', '{}'],
    ['SELECT * ', '', ''],
    ['SELECT *', 'plain', 'plain'],
    ['SELECT *, 1 AS x', 'plain', 'no action: payload'],
    ['SELECT *, 1 AS x', '', '{"x":1}'],
    ['SELECT *, 1 AS x', '80', '{"x":1}'],
    ['SELECT * AS m', '80', '{"m":80}'],
    ['SELECT VALUE *', '80', '80'],
    ['SELECT 1 AS x', 'plain', '{"x":1}'],
    ["SELECT encode(*,'base64') AS data, timestamp() AS ts", 'plain', '{"data":"cGxhaW4=","ts":1700000000000}'],
    ['SELECT a.b.c.d AS r', '{"a":{"b":{"c":{"d":1}}}}', '{"r":1}'],
    [
      'SELECT cast(a AS String) AS s',
      '{"a":{"b":1.50,"n":null,"t":true,"s":"é\\n"}}',
      '{"s":"{\\"b\\":1.5,\\"n\\":null,\\"t\\":true,\\"s\\":\\"é\\\\n\\"}"}',
    ],
    ['SELECT a AS r', '\n{ "a" \t: "x" }\r\n', '{"r":"x"}'],
  ])('%s on %s gives %s', (sql, payload, expected) => {
    expect(outcome(sql, { payload })).toBe(expected);
  });
});
