import { outcome } from './evaluate.fixture.js';

describe('a statement of 2015-10-08', () => {
  it.each([
    ['SELECT 10.0 AS r', '{"r":10.0}'],
    ['SELECT int + 1 AS r', '{"r":6}'],
    ['SELECT dec * 2 AS r', '{"r":5.0}'],
    ['SELECT 5 / 2 AS r', '{"r":2}'],
    ['SELECT 5 / 2.0 AS r', '{"r":2.5}'],
    ['SELECT 6 / 2.0 AS r', '{"r":3.0}'],
    ['SELECT cast(int AS Double) AS r', '{"r":5.0}'],
    ['SELECT cast(10.0 AS Int) AS r', '{"r":10}'],
    ['SELECT cast(10.0 AS String) AS r', '{"r":"10.0"}'],
    ["SELECT cast('5' AS Double) AS r", '{"r":5.0}'],
    ['SELECT cast(true AS Double) AS r', '{"r":1.0}'],
    ['SELECT cast(true AS Int) AS r', '{"r":1}'],
    ["SELECT '5' * 2 AS r", '{"r":10.0}'],
    ['SELECT 10.0 = 10 AS r', '{"r":true}'],
    ['SELECT 0.0 * -1 AS r', '{"r":0.0}'],
    ['SELECT -0.0 AS r', '{"r":0.0}'],
    ['SELECT abs(-10.0) AS r', '{"r":10.0}'],
    ['SELECT floor(10.0) AS r, round(2.5) AS q, ceil(1.0) AS c', '{"r":10,"q":3,"c":1}'],
    ['SELECT trunc(2.5, 0) AS r', '{"r":2.0}'],
    ['SELECT sqrt(9) AS r, sin(0) AS s, power(2,5) AS p', '{"r":3.0,"s":0.0,"p":32.0}'],
    ["SELECT 'a' + 10.0 AS r", '{"r":"a10.0"}'],
    ['SELECT sql_version() AS r', '{"r":"2015-10-08"}'],
    ['SELECT mod(10.0,3) AS r', '{"r":1.0}'],
    ['SELECT 1E3 AS r', '{"r":1000.0}'],
    ['SELECT get(list,1.0) AS r, substring(text,1.0) AS q', '{"r":2,"q":"bc"}'],
    ['SELECT timestamp() AS r, sign(2.0) AS q', '{"r":1700000000000,"q":1}'],
    ['SELECT bitand(13.0,5) AS r', '{"r":5}'],
    ["SELECT isNull(nul) AS r, get(obj,'k') AS q, nanvl(missing,1) AS z", '{"r":true,"q":"v","z":1}'],
    [
      "SELECT chr(65) AS r, regexp_matches('a','a') AS q, md5('a') AS z, newuuid() AS u, rand() AS w",
      '{"r":"A","q":true,"z":"0cc175b9c0f1b6a831c399e269772661","u":"0f8fad5b-d9cb-469f-a165-70867728950e","w":0.25}',
    ],
    ["SELECT CASE 1.0 WHEN 1 THEN 'y' END AS r", '{"r":"y"}'],
    ['SET @a = 1 SELECT @a AS r', '{"r":1}'],
    ['SELECT concat(list, 4) AS r', '{"r":[1,2,3,4]}'],
    ['SELECT 2.0 > 1 AS r, -10.0 AS q', '{"r":true,"q":-10.0}'],
  ])('%s gives %s', (sql, expected) => {
    expect(outcome(sql, { sqlVersion: '2015-10-08' })).toBe(expected);
  });

  it.each([
    ['SELECT x AS r', '{"x":10.0}', '{"r":10.0}'],
    ['SELECT x AS r', '{"x":[1.0,{"y":2.0}]}', '{"r":[1.0,{"y":2.0}]}'],
    ['SELECT x + 1 AS r', '{"x":10.0}', '{"r":11.0}'],
    ['SELECT VALUE color', '{"color":"red"}', '"red"'],
    ['SELECT - x AS r', '{"x":10.0}', '{"r":-10.0}'],
  ])('%s on %s gives %s', (sql, payload, expected) => {
    expect(outcome(sql, { payload, sqlVersion: '2015-10-08' })).toBe(expected);
  });
});

describe('the version 2015-10-08', () => {
  it.each([
    'SELECT [1] AS r',
    "SELECT {'a':1} AS r",
    'SELECT (SELECT n FROM rows) AS r',
    'SELECT isUndefined(int) AS r',
    "SELECT encode(text,'base64') AS r",
    'SELECT length(text) AS r',
    'SELECT cast(int AS Decimal) AS r',
    'SELECT cast(int AS Bool) AS r',
    "SELECT indexof(text,'a') AS r",
    'SELECT numbytes(text) AS r',
    "SELECT parse_time('yyyy',0) AS r",
    "SELECT get_thing_shadow('t','r') AS r",
  ])('has no %s', (sql) => {
    expect(() => outcome(sql, { sqlVersion: '2015-10-08' })).toThrow(/^Line \d+, column \d+: /);
  });
});
