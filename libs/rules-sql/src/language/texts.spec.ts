import { evaluated } from './evaluate.fixture.js';

describe('substring()', () => {
  it.each([
    ["substring('012345', 2.745)", '"2345"'],
    ["substring('012345', -50, 50)", '"012345"'],
    ["substring('abc', 1, 1)", '""'],
    ["substring('abc', 2, 1)", '""'],
    ["substring('abc', 3)", '""'],
    ["substring('abc', 99)", '""'],
    ["substring('abc', 1E999)", '""'],
    ["substring('abc', -1E999)", '"abc"'],
    ["substring('abc', 0, 1E999)", '"abc"'],
    ["substring('abc', -3, -1)", '""'],
    ["substring('abc', -1, 2)", '"ab"'],
    ["substring('abc', '1')", '"bc"'],
    ["substring('abc', '1.9', '2.9')", '"b"'],
    ['substring(12345, 1, 3)', '"23"'],
    ['substring(2.5, 1)', '".5"'],
    ['substring(list, 1, 2)', '"1"'],
    ['substring(obj, 0, 2)', '"{\\""'],
    ['substring(nul, 0)', 'U'],
    ['substring(missing, 0)', 'U'],
    ["substring('abc', nul)", 'U'],
    ["substring('abc', 0, nul)", 'U'],
    ["substring('abc', missing)", 'U'],
    ["substring('abc', 0, missing)", 'U'],
    ["substring('abc', yes)", 'U'],
    ["substring('abc', list)", 'U'],
    ["substring('abc', 0, 'x')", 'U'],
    ["substring('abc')", 'U'],
    ['substring()', 'U'],
    ["substring('abc',0,1,2)", 'U'],
    ["substring('', 0)", '""'],
    ["substring('€uro', 1)", '"uro"'],
    ["substring('abc', -0.5)", '"abc"'],
    ["substring('abc', 0, 2.999)", '"ab"'],
    ['substring(false, -2.411E247)', '"false"'],
    ["substring('abc',0,'3')", '"abc"'],
  ])('%s gives %s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });
});

describe('lpad() and rpad()', () => {
  it.each([
    ["lpad('x', 3)", '"   x"'],
    ["lpad(5, '2.9')", '"  5"'],
    ["lpad('x', -1)", '"x"'],
    ["lpad('x', 0)", '"x"'],
    ["lpad('x', 0.9)", '"x"'],
    ["lpad('x', -0.1)", '"x"'],
    ["length(lpad('', 1001))", '1000'],
    ["length(lpad('', 1E999))", '1000'],
    ["length(rpad('x', '1e5'))", '1001'],
    ['lpad(list, 1)', '" [1,2,3]"'],
    ['rpad(obj, 1)', '"{\\"k\\":\\"v\\",\\"n\\":1} "'],
    ["lpad('x', yes)", 'U'],
    ["lpad('x', nul)", 'U'],
    ["lpad('x', list)", 'U'],
    ["lpad('x', missing)", 'U'],
    ['lpad(nul,1)', 'U'],
    ["lpad('x')", 'U'],
    ["lpad('x',1,'y')", 'U'],
    ['rpad(true, 1)', '"true "'],
    ["rpad('x', -2)", '"x"'],
  ])('%s gives %s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });
});

describe('trim(), ltrim() and rtrim()', () => {
  it.each([
    ["ltrim(' \t a')", '"a"'],
    ["rtrim('a \t ')", '"a"'],
    ["trim(' \t a b \t ')", '"a b"'],
    ["trim('')", '""'],
    ["trim('   ')", '""'],
    ['trim(true)', '"true"'],
    ['trim(2.50)', '"2.5"'],
    ["trim([' a '])", '"[\\" a \\"]"'],
    ['trim(obj)', '"{\\"k\\":\\"v\\",\\"n\\":1}"'],
    ['trim(nul)', 'U'],
    ['trim(missing)', 'U'],
    ['trim()', 'U'],
    ['trim(text,text)', 'U'],
    ['ltrim(missing)', 'U'],
    ['rtrim(nul)', 'U'],
  ])('%s gives %s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });
});

describe('lower() and upper()', () => {
  it.each([
    ["lower('ÀÉ')", '"àé"'],
    ["upper('straße')", '"STRASSE"'],
    ["lower(['HELLO'])", '"[\\"hello\\"]"'],
    ["upper({'a':'b'})", '"{\\"A\\":\\"B\\"}"'],
    ["upper([true,null,1.5,'a'])", '"[TRUE,NULL,1.5,\\"A\\"]"'],
    ['lower(5)', '"5"'],
    ['lower(2.5)', '"2.5"'],
    ['upper(false)', '"FALSE"'],
    ['lower(nul)', 'U'],
    ['lower(missing)', 'U'],
    ["lower('a','b')", 'U'],
    ['upper()', 'U'],
  ])('%s gives %s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });
});

describe('replace()', () => {
  it.each([
    ["replace('abcdabcd','b','x')", '"axcdaxcd"'],
    ["replace('aaa','aa','b')", '"ba"'],
    ["replace('a.c','.','')", '"ac"'],
    ["replace('a$c','$','$1')", '"a$1c"'],
    ['replace(12321, 2, 9)', '"19391"'],
    ["replace(true,'t',1)", '"1rue"'],
    ["replace([1,2], ',', ';')", '"[1;2]"'],
    ["replace('abc','b',nul)", 'U'],
    ["replace('abc',nul,'b')", 'U'],
    ["replace(nul,'a','b')", 'U'],
    ["replace('abc','b',missing)", 'U'],
    ["replace('abc','b')", 'U'],
    ["replace('a','a','b','c')", 'U'],
    ["replace('aXbX','x','-')", '"aXbX"'],
    ["replace('a/b/c','/','-')", '"a-b-c"'],
    ["replace('ab','b','')", '"a"'],
    ["replace('abc','abc','')", '""'],
    ["replace('a b','b',obj)", '"a {\\"k\\":\\"v\\",\\"n\\":1}"'],
  ])('%s gives %s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });
});

describe('startswith(), endswith() and indexof()', () => {
  it.each([
    ["endswith('cat','')", 'true'],
    ["endswith('','')", 'true'],
    ["endswith('','a')", 'false'],
    ["startswith('','a')", 'false'],
    ["startswith('abc','ABC')", 'false'],
    ["endswith(true,'ue')", 'true'],
    ["endswith(nul,'a')", 'U'],
    ["endswith('a',nul)", 'U'],
    ["endswith('a',missing)", 'U'],
    ["startswith(list,'[1')", 'true'],
    ["startswith(obj,'{')", 'true'],
    ['startswith(1.5,1)', 'true'],
    ["startswith('a')", 'U'],
    ["endswith('a','a','a')", 'U'],
    ["indexof('abcd','bc')", '1'],
    ["indexof('abc','')", '0'],
    ['indexof(list,2)', '3'],
    ["indexof('abc',nul)", 'U'],
    ["indexof(nul,'a')", 'U'],
    ["indexof('aXa','a')", '0'],
    ["indexof(true,'ue')", '2'],
    ["indexof('€€a','a')", '2'],
    ["indexof('abc')", 'U'],
    ["indexof(missing,'a')", 'U'],
    ["indexof('ABC','b')", '-1'],
  ])('%s gives %s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });
});

describe('length() and numbytes()', () => {
  it.each([
    ["length('')", '0'],
    ["length('😀')", '1'],
    ['length(list)', '7'],
    ['length(obj)', '15'],
    ['length(nul)', 'U'],
    ['length(missing)', 'U'],
    ['length(2.50)', '3'],
    ['length(true)', '4'],
    ['length()', 'U'],
    ["length('a','b')", 'U'],
    ['length(1E3)', '4'],
    ["numbytes('😀')", '4'],
    ["numbytes('é')", '2'],
    ['numbytes(false)', '5'],
    ['numbytes(123)', '3'],
    ['numbytes(obj)', '15'],
    ['numbytes(missing)', 'U'],
    ['numbytes()', 'U'],
  ])('%s gives %s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });
});

describe('chr()', () => {
  it.each([
    ['chr(65)', '"A"'],
    ['chr(0)', '"\\u0000"'],
    ['chr(128)', 'U'],
    ['chr(256)', 'U'],
    ['chr(-1)', 'U'],
    ['chr(-0.5)', 'U'],
    ['chr(49.999)', '"1"'],
    ["chr('65.9')", '"A"'],
    ["chr('A')", 'U'],
    ["chr('')", 'U'],
    ['chr(1E999)', 'U'],
    ["chr('6.5e1')", '"A"'],
  ])('%s gives %s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });
});

describe('concat()', () => {
  it.each([
    ['concat()', 'U'],
    ["concat('a')", '"a"'],
    ['concat(5)', '5'],
    ['concat(nul)', 'null'],
    ['concat(missing)', 'U'],
    ['concat(obj)', '{"k":"v","n":1}'],
    ["concat('a',1,true,2.5)", '"a1true2.5"'],
    ["concat('a',obj)", '"a{\\"k\\":\\"v\\",\\"n\\":1}"'],
    ["concat('a',nul)", 'U'],
    ["concat('a',missing)", 'U'],
    ['concat(list,nul)', '[1,2,3,null]'],
    ['concat(list,[[4]])', '[1,2,3,[4]]'],
    ['concat([],[])', '[]'],
    ["concat('a',[])", '["a"]'],
    ["concat(1,[2],'c',{'d':4})", '[1,2,"c",{"d":4}]'],
    ['concat(1,2)', 'U'],
    ["concat('he','is','man')", '"heisman"'],
    ["concat(1,'hello')", '"1hello"'],
    ["concat(topic(),'/','x')", '"a/b/x"'],
    ["concat('','')", '""'],
  ])('%s gives %s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });
});
