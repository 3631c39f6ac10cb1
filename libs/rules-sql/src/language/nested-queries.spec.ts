import { evaluated } from './evaluate.fixture.js';

const payload = {
  e: [
    { n: 'temperature', u: 'Cel', t: 1234, v: 22.5 },
    { n: 'light', u: 'lm', t: 1235, v: 135 },
    { n: 'acidity', u: 'pH', t: 1235, v: 7 },
  ],
  o: { a: 1, b: { c: 2 } },
  x: 9,
  aa: [[1, 2], [3]],
  mix: [1, 'a', null, { n: 1 }, [2]],
  deep: { list: [{ v: 1 }, { v: 2 }] },
};

describe('a nested query', () => {
  it.each([
    ["(SELECT v FROM e WHERE n = 'temperature')", '[{"v":22.5}]'],
    ["get((SELECT v FROM e WHERE n = 'temperature'),0).v", '22.5'],
    ["(SELECT * FROM e WHERE u = 'lm')", '[{"n":"light","u":"lm","t":1235,"v":135}]'],
    ['(SELECT n AS name, v * 2 AS w FROM e WHERE t = 1235)', '[{"name":"light","w":270},{"name":"acidity","w":14}]'],
    ["(SELECT VALUE n + '-' + u FROM e)", '["temperature-Cel","light-lm","acidity-pH"]'],
    ['(SELECT VALUE x FROM e)', '[]'],
    ['(SELECT x FROM e)', '[{},{},{}]'],
    ['(SELECT v FROM e WHERE v > 9000)', '[]'],
    ['(SELECT v FROM missing)', 'U'],
    ['(SELECT v FROM x)', 'U'],
    ['(SELECT a, b FROM o)', '{"a":1,"b":{"c":2}}'],
    ['(SELECT VALUE b.c FROM o)', '2'],
    ['(SELECT b.c FROM o)', '{"c":2}'],
    ['(SELECT * FROM o)', '{"a":1,"b":{"c":2}}'],
    ['(SELECT VALUE * FROM o)', '{"a":1,"b":{"c":2}}'],
    ['(SELECT VALUE c FROM o.b)', '2'],
    ['(SELECT a FROM o WHERE a = 1)', '{"a":1}'],
    ['(SELECT VALUE v FROM deep.list)', '[1,2]'],
    ['(SELECT VALUE * FROM aa)', '[[1,2],[3]]'],
    ['(SELECT VALUE get(*,0) FROM aa)', '[1,3]'],
    ['(SELECT VALUE * FROM mix)', '[1,"a",null,{"n":1},[2]]'],
    ['(SELECT n FROM mix)', '[{},{},{},{"n":1},{}]'],
    ['(SELECT VALUE n FROM mix)', '[1]'],
    ['(SELECT VALUE * FROM mix WHERE isNull(*))', '[null]'],
    ["(SELECT VALUE upper(n) FROM e WHERE regexp_matches(n,'^l'))", '["LIGHT"]'],
    ["(SELECT n, (SELECT VALUE 1 FROM u) AS q FROM e WHERE n='light')", '[{"n":"light"}]'],
    ['(SELECT VALUE (SELECT VALUE v FROM list) FROM deep)', '[1,2]'],
    [
      "(SELECT VALUE {'n':n,'big':v > 100} FROM e)",
      '[{"n":"temperature","big":false},{"n":"light","big":true},{"n":"acidity","big":false}]',
    ],
    ["(SELECT *, topic(1) AS site FROM e WHERE n = 'light')", '[{"n":"light","u":"lm","t":1235,"v":135,"site":"a"}]'],
    ["(SELECT n AS a.b FROM e WHERE n='light')", '[{"a":{"b":"light"}}]'],
    ["(SELECT * AS row FROM e WHERE n='light')", '[{"row":{"n":"light","u":"lm","t":1235,"v":135}}]'],
    ["(SELECT VALUE CASE n WHEN 'light' THEN 1 ELSE 0 END FROM e)", '[0,1,0]'],
    ['(SELECT VALUE v FROM e WHERE t = 1235 AND v > 10)', '[135]'],
    ["(SELECT VALUE v FROM e WHERE t = '1235')", '[]'],
    ["(SELECT VALUE v FROM e WHERE t > '1234')", '[135,7]'],
    ['(SELECT VALUE v FROM e WHERE missing)', '[]'],
    ['(SELECT VALUE v FROM e) = [22.5,135,7]', 'true'],
    ['get((SELECT VALUE v FROM e), 1) + 1', '136'],
    ['concat((SELECT VALUE v FROM e), (SELECT VALUE t FROM e))', '[22.5,135,7,1234,1235,1235]'],
    ["(SELECT VALUE v FROM get(*,'e'))", '[22.5,135,7]'],
    ['(select value v from e where n = "light")', '[135]'],
    ['isUndefined((SELECT v FROM nope))', 'true'],
    ['(SELECT VALUE timestamp() FROM o)', '1700000000000'],
  ])('%s gives %s', (expression, expected) => {
    expect(evaluated(expression, { payload })).toBe(expected);
  });
});

describe('transform()', () => {
  it.each([
    ["transform('enrichArray', o, e) = e", 'false'],
    ["get(transform('enrichArray', {'s':1}, e),0).s", '1'],
    ["transform('enrichArray', o, (SELECT VALUE v FROM e))", 'U'],
    ["transform('enrichArray', {}, e) = e", 'true'],
    ["transform('enrichArray', o, [])", '[]'],
    ["transform('enrichArray', e, e)", 'U'],
    ["transform('enrichArray', o, o)", 'U'],
    ["transform('enrichArray', nul, e)", 'U'],
    ["transform('enricharray', o, e)", 'U'],
    ["transform('enrichArray', o)", 'U'],
    ["transform('other', o, e)", 'U'],
    ['transform()', 'U'],
  ])('%s gives %s', (expression, expected) => {
    expect(evaluated(expression, { payload })).toBe(expected);
  });
});
