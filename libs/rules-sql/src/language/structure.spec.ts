import { evaluated } from './evaluate.fixture.js';

describe('get()', () => {
  it.each([
    ['get(list,0)', '1'],
    ['get(list,2.9)', '3'],
    ["get(list,'1')", '2'],
    ["get(list,'1.5')", '2'],
    ['get(list,3)', 'U'],
    ['get(list,-1)', 'U'],
    ['get(list,-0.0)', '1'],
    ['get(list,yes)', 'U'],
    ['get(list,nul)', 'U'],
    ['get(list,missing)', 'U'],
    ['get(list,obj)', 'U'],
    ["get(list,'length')", 'U'],
    ['get(list,1E999)', 'U'],
    ["get(list,'0x0')", 'U'],
    ['get(list)', 'U'],
    ['get(list,0,1)', 'U'],
    ['get()', 'U'],
    ["get('abc',1)", '"b"'],
    ["get('abc','2')", '"c"'],
    ["get('',0)", 'U'],
    ["get('abc',1.9)", '"b"'],
    ["get('abc',-1)", 'U'],
    ["get(obj,'k')", '"v"'],
    ["get(obj,'K')", 'U'],
    ["get(obj,'toString')", 'U'],
    ["get(obj,'__proto__')", 'U'],
    ['get(obj,5)', 'U'],
    ['get(obj,yes)', 'U'],
    ['get(obj,nul)', 'U'],
    ['get(obj,missing)', 'U'],
    ["get({'5':'x'},5)", 'U'],
    ["get({'5':'x'},'5')", '"x"'],
    ["get({'':'e'},'')", '"e"'],
    ['get(int,0)', 'U'],
    ['get(yes,0)', 'U'],
    ['get(nul,0)', 'U'],
    ['get(missing,0)', 'U'],
    ["get(*,'my-key')", '"hy"'],
    ["get(*,'2x')", '"dig"'],
    ["get(*,'a b')", '"sp"'],
    ["get(*,'nope')", 'U'],
    ["get(get(rows,0),'inner')", '[1,2]'],
    ['get(get(rows,0).inner,1)', '2'],
    ['get(rows,0).tag', '"a"'],
    ['get(rows,2).tag', 'U'],
    ['get([1,[2,3]],1)', '[2,3]'],
    ['get([nul],0)', 'null'],
    ["get(obj,'k').x", 'U'],
    ["get(get(*,'obj'),'n')", '1'],
  ])('%s gives %s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });
});

describe('encode()', () => {
  it.each([
    ["encode('', 'base64')", '""'],
    ["encode(5,'base64')", '"NQ=="'],
    ["encode(2.5,'base64')", '"Mi41"'],
    ["encode(list,'base64')", '"WzEsMiwzXQ=="'],
    ["encode(obj,'base64')", '"eyJrIjoidiIsIm4iOjF9"'],
    ["encode(nul,'base64')", 'U'],
    ["encode(missing,'base64')", 'U'],
    ["encode('a','hex')", 'U'],
    ["encode('a',nul)", 'U'],
    ["encode('a',missing)", 'U'],
    ["encode('a')", 'U'],
    ['encode()', 'U'],
    ["encode('a','base64',1)", 'U'],
    ["encode('ÿ?>','base64')", '"w78/Pg=="'],
    ["encode('😀','base64')", '"8J+YgA=="'],
    ["encode(false,'base64')", '"ZmFsc2U="'],
  ])('%s gives %s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });
});

describe('decode()', () => {
  it.each([
    ["decode('aGVsbG8=','base64')", '"hello"'],
    ["decode('ODA=','base64')", '80'],
    ["decode('dHJ1ZQ==','base64')", 'true'],
    ["decode('bnVsbA==','base64')", 'null'],
    ["decode('ImEi','base64')", '"a"'],
    ["decode('WzEsMl0=','base64')", '[1,2]'],
    ["decode('eyJhIjp7ImIiOjF9fQ==','base64').a.b", '1'],
    ["decode('','base64')", '""'],
    ["decode('@@@@','base64')", 'null'],
    ["decode('a','base64')", 'null'],
    ["decode('aGk=x','base64')", 'null'],
    ["decode('=','base64')", 'null'],
    ["decode('==','base64')", 'null'],
    ["decode('aGk==','base64')", 'null'],
    ["decode('aG=','base64')", 'null'],
    ["decode('aGVsbA=','base64')", 'null'],
    ["decode('aG k=','base64')", 'null'],
    ["decode('aGk','base64')", '"hi"'],
    ["decode(nul,'base64')", 'U'],
    ["decode(missing,'base64')", 'U'],
    ["decode('aGk=','hex')", 'U'],
    ["decode('aGk=')", 'U'],
    ["decode('aGk=','base64',1)", 'U'],
    ['decode()', 'U'],
    ["decode(encode('x y','base64'),'base64')", '"x y"'],
    ["decode(encode('01','base64'),'base64')", '"01"'],
    ["decode(encode('1.','base64'),'base64')", '"1."'],
    ["decode(encode(' 80 ','base64'),'base64')", '80'],
    ["decode(encode('{bad','base64'),'base64')", '"{bad"'],
    ["decode(encode(obj,'base64'),'base64') = obj", 'true'],
    ["decode(encode('NaN','base64'),'base64')", '"NaN"'],
    ["decode(encode('9007199254740993','base64'),'base64')", '9007199254740993'],
    ["decode('aGk=','BASE64')", '"hi"'],
    ["decode('eyAidGVtcGVyYXR1cmUiOiAzMyB9Cg==','base64').temperature", '33'],
    ["decode('4oKs','base64')", '"€"'],
    ["decode(list,'base64')", 'null'],
  ])('%s gives %s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });
});

describe('Null and Undefined', () => {
  it.each([
    ['isNull(nul)', 'true'],
    ['isNull(null)', 'true'],
    ['isNull(missing)', 'false'],
    ["isNull(abs('x'))", 'false'],
    ['isNull()', 'U'],
    ['isNull(nul,nul)', 'U'],
    ['isNull(noMembers)', 'false'],
    ['isNull(empty)', 'false'],
    ['isUndefined(missing)', 'true'],
    ['isUndefined(nul)', 'false'],
    ['isUndefined(1/0)', 'true'],
    ['isUndefined(floor([1,2,3]))', 'true'],
    ['isUndefined()', 'U'],
    ['isUndefined(1,2)', 'U'],
    ['isUndefined(obj.k.z.y)', 'true'],
    ['isUndefined([missing])', 'false'],
    ['isundefined(nul + 1)', 'true'],
    ['isUndefined(missing = 1)', 'true'],
    ['isUndefined(CASE missing WHEN 1 THEN 1 ELSE 2 END)', 'true'],
    ['NOT isNull(missing)', 'true'],
    ['nanvl(8,3)', '8'],
    ['nanvl(nul,3)', '3'],
    ['nanvl(missing,3)', '3'],
    ['nanvl(missing,missing)', 'U'],
    ['nanvl(nul,nul)', 'null'],
    ["nanvl('abc',3)", '"abc"'],
    ['nanvl(list,3)', '[1,2,3]'],
    ['nanvl(no,3)', 'false'],
    ["nanvl('',3)", '""'],
    ['nanvl(0,3)', '0'],
    ["nanvl(abs('x'),'d')", '"d"'],
    ['nanvl(sqrt(-1),0)', '0'],
    ['nanvl(1)', 'U'],
    ['nanvl()', 'U'],
    ['nanvl(1,2,3)', 'U'],
    ['get_or_default(missing,1)', '1'],
    ['get_or_default(nul,1)', '1'],
    ['get_or_default(0,1)', '0'],
    ['get_or_default(no,1)', 'false'],
    ["get_or_default('',1)", '""'],
    ["get_or_default(obj.z.y,'d')", '"d"'],
    ['get_or_default(missing)', 'U'],
    ['get_or_default()', 'U'],
    ['get_or_default(1,2,3)', 'U'],
    ['get_or_default(missing,nul)', 'null'],
    ['get_or_default(5)', '5'],
  ])('%s gives %s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });
});

describe('literals', () => {
  it.each([
    ['[1,missing,nul]', '[1,null]'],
    ['[missing]', '[]'],
    ["{'a':missing}", '{}'],
    ["{'a':{'b':missing}}", '{"a":{}}'],
    ["{'a':[missing,1]}", '{"a":[1]}'],
    ["{'a':1,'a':2}", '{"a":2}'],
    ['{"a":nul}', '{"a":null}'],
    ['[[],[{}]]', '[[],[{}]]'],
    ["{'':1}", '{"":1}'],
    ["{'a b':1,'c-d':2}", '{"a b":1,"c-d":2}'],
    ["{'a':upper('x')}.a", '"X"'],
    ['[1,2].x', 'U'],
  ])('%s gives %s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });
});

describe('a member of what has none', () => {
  it.each([
    ['[1,2].x', 'U'],
    ["'abc'.length", 'U'],
    ['nul.x', 'U'],
    ['missing.x.y', 'U'],
    ['list.length', 'U'],
    ['obj.k.z', 'U'],
    ['int.x', 'U'],
    ['5 .x', 'U'],
  ])('%s gives %s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });
});
