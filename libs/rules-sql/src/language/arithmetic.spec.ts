import { evaluated } from './evaluate.fixture.js';

describe('division and remainder', () => {
  it.each([
    ['5 / 2', '2'],
    ['-5 / 2', '-2'],
    ['5 / -2', '-2'],
    ["5 / '2'", '2.5'],
    ['5 / 2.5', '2'],
    ['5 / 2.0', '2'],
    ['1 / 3.0', '0'],
    ["1 / '3'", '0.3333333333333333333333333333333333'],
    ['2.5 / 5', '0.5'],
    ['1 / 0', 'U'],
    ['1 / 0.0', 'U'],
    ["1 / '0'", 'U'],
    ['0 / 0', 'U'],
    ['1 % 0', 'U'],
    ["1 % '0'", 'U'],
    ['mod(1,0)', 'U'],
    ['0 / 5', '0'],
    ['-7 % 3', '-1'],
    ['7 % -3', '1'],
    ['-7.5 % 2', '-1.5'],
    ['7.5 % -2', '1.5'],
    ["'7.5' % 2", '1.5'],
    ["'7' % '3'", '1'],
    ['5.5 % 5.5', '0'],
    ['0.3 % 0.1', '0'],
    ['1 % 0.3', '0.1'],
    ['1e-10 % 3', '1e-10'],
    ['1E-999 / 10', '0'],
    ["1E-999 / '10'", '0'],
  ])('%s gives %s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });
});

describe('decimals', () => {
  it.each([
    ['0.1 + 0.2', '0.3'],
    ['0.1 * 3', '0.3'],
    ['1.1 * 1.1', '1.21'],
    ['0.3 - 0.1', '0.2'],
    ['1.005 * 1000', '1005'],
    ['4.35 * 100', '435'],
    ['1.15 + 2.30', '3.45'],
    ['33.33 * 3', '99.99'],
    ['0.7 + 0.1', '0.8'],
    ['9007199254740992 + 1', '9007199254740993'],
    ['9007199254740993 * 3', '27021597764222979'],
    ['9999999999999999999999999999999999 + 0', '9999999999999999999999999999999999'],
    ['-9007199254740993 - 1', '-9007199254740994'],
    ['9999999999999999999999999999999999 + 1', '1e34'],
    ['9999999999999999999999999999999999 * 10', '9.999999999999999999999999999999999e34'],
    ['1E999', '1e999'],
    ['-1E999', '-1e999'],
    ['1E-999', '1e-999'],
    ['1E999 * 10', 'U'],
    ['1E1000', 'U'],
    ['1E-1000', '0'],
    ['9.99E999 + 1', '9.99e999'],
    ['1E500 * 1E500', 'U'],
    ['1E500 * 1E-500', '1'],
    ['123456789.123456789 * 1000000000', '123456789123456789'],
    ['0.1234567890123456789012345678901234567', '0.1234567890123456789012345678901235'],
    ['1.5 + 1.5', '3'],
    ['2.50 + 0', '2.5'],
    ['1E3 + 1', '1001'],
    ['1.5E1', '15'],
    ['12E-1', '1.2'],
    ['1E+2', '100'],
    ['1e2', '100'],
    ["-'1e2'", '-100'],
  ])('%s gives %s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });
});

describe('+ with a text on a side', () => {
  it.each([
    ["'2' + 3", '"23"'],
    ["2 + '3'", '"23"'],
    ["'a' + true", '"atrue"'],
    ["'a' + [1,2]", '"a[1,2]"'],
    ["1 + 2 + 'a'", '"3a"'],
    ["'a' + 1 + 2", '"a12"'],
    ["'a' + null", 'U'],
    ["null + 'a'", 'U'],
    ["'a' + missing", 'U'],
    ["missing + 'a'", 'U'],
    ["'' + 1E-12", '"1e-12"'],
    ["'' + 1.50", '"1.5"'],
    ["'' + 10.0", '"10"'],
    ["'' + obj", '"{\\"k\\":\\"v\\",\\"n\\":1}"'],
    ["list + 'x'", '"[1,2,3]x"'],
    ["'x' + noItems", '"x[]"'],
    ["'x' + noMembers", '"x{}"'],
    ['list + list', 'U'],
    ['list + 1', 'U'],
    ['obj + obj', 'U'],
    ['nul + nul', 'U'],
    ['yes + 1', 'U'],
    ['1 + nul', 'U'],
    ["'' + ''", '""'],
    ["'' + 9007199254740993", '"9007199254740993"'],
    ["'' + 1E20", '"100000000000000000000"'],
    ["'' + 123456789012345678901234567890", '"123456789012345678901234567890"'],
    ["'1' + '2' * '3'", '"16"'],
    ["'5' - '2' + '1'", '"31"'],
  ])('%s gives %s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });
});

describe('minus signs and ranks', () => {
  it.each([
    ['-5 / 2', '-2'],
    ['-0.0', '0'],
    ['-7 % 3', '-1'],
    ['-7.5 % 2', '-1.5'],
    ['- 5', '-5'],
    ['-(-5)', '5'],
    ['- -5', '5'],
    ["-'abc'", 'U'],
    ['-yes', 'U'],
    ['-nul', 'U'],
    ['-missing', 'U'],
    ['-list', 'U'],
    ['-dec', '-2.5'],
    ['- - - 5', '-5'],
    ['2 * -3', '-6'],
    ['2 - -3', '5'],
    ['-2 * -3', '6'],
    ['-int * 2', '-10'],
    ['10 - 4 - 3', '3'],
    ['2 + 3 * 4 - 5', '9'],
    ['(2 + 3) * 4', '20'],
    ['100 / 10 / 2', '5'],
    ['7 % 4 * 2', '6'],
    ['2 * 7 % 4', '2'],
    ['10 - 2 * 3 % 4', '8'],
    ['1 + 1 > 1 AND 2 > 1', 'true'],
    ['yes OR no AND no', 'true'],
    ['(yes OR no) AND no', 'false'],
    ['NOT yes OR yes', 'true'],
    ['NOT (yes OR yes)', 'false'],
    ['NOT int < 3', 'true'],
    ['(1 < 2) = true', 'true'],
  ])('%s gives %s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });
});

describe('an order', () => {
  it.each([
    ["'10' > '9'", 'true'],
    ["'10' > 9", 'true'],
    ["'abc' > 1", 'U'],
    ["'1e2' >= 100", 'true'],
    ["'-1' < 0", 'true'],
    ["'1.0' <= '1'", 'true'],
    ['2.5 > 2', 'true'],
    ['1E-12 > 0', 'true'],
    ['9007199254740993 > 9007199254740992', 'true'],
    ['1E400 > 1E399', 'true'],
    ['-1E400 < -1E399', 'true'],
    ["'1E400' > '1E399'", 'true'],
    ['0.1 < 0.10000000000000000001', 'true'],
    ['int >= 5', 'true'],
    ['int > 5', 'false'],
    ['nul >= nul', 'U'],
    ['yes > no', 'U'],
    ["'b' > 'a'", 'U'],
    ["'' < 1", 'U'],
    ['1E-999 > 0', 'true'],
    ['1E1000 > 0', 'U'],
  ])('%s gives %s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });
});

describe('CASE', () => {
  it.each([
    ["CASE int WHEN 5 THEN 'a' WHEN 5 THEN 'b' END", '"a"'],
    ["CASE int WHEN 5.0 THEN 'a' END", '"a"'],
    ["CASE int WHEN '5' THEN 'a' END", 'U'],
    ["CASE int WHEN '5' THEN 'a' ELSE 'e' END", '"e"'],
    ["CASE missing WHEN missing THEN 'a' ELSE 'e' END", 'U'],
    ["CASE nul WHEN null THEN 'n' ELSE 'e' END", '"n"'],
    ["CASE nul WHEN missing THEN 'n' ELSE 'e' END", '"e"'],
    ['CASE int WHEN missing THEN 1 WHEN 5 THEN 2 END', '2'],
    ["CASE list WHEN [1,2,3] THEN 'y' END", '"y"'],
    ["CASE obj WHEN {'n':1,'k':'v'} THEN 'y' END", '"y"'],
    ['CASE yes WHEN true THEN nul END', 'null'],
    ['CASE yes WHEN true THEN missing ELSE 1 END', 'U'],
    ['CASE yes WHEN false THEN 1 ELSE missing END', 'U'],
    ["CASE CASE int WHEN 5 THEN 'x' END WHEN 'x' THEN 'deep' END", '"deep"'],
    ["CASE int WHEN 1 THEN 1 ELSE CASE text WHEN 'abc' THEN 'in' END END", '"in"'],
    ["CASE int > 3 AND yes WHEN true THEN 'big' ELSE 'small' END", '"big"'],
    ["case int when 5 then 'lower' end", '"lower"'],
    ["CASE int + 1 WHEN 2 * 3 THEN 'six' END", '"six"'],
    ["upper(CASE text WHEN 'abc' THEN 'q' END)", '"Q"'],
    ["CASE yes WHEN 'true' THEN 1 ELSE 0 END", '0'],
    ["CASE abs(-5) WHEN int THEN {'a':[int]} END", '{"a":[5]}'],
    ['CASE int WHEN 5 THEN (SELECT VALUE n FROM rows) END', '[1,2]'],
  ])('%s gives %s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });
});
