import { evaluated, MESSAGE } from './evaluate.fixture.js';

/** Everything that is no number and converts to none. */
const NOT_NUMBERS = ['yes', 'no', 'nul', 'list', 'obj', 'missing', 'noItems', 'noMembers', 'text', 'empty'];

/** AWS: a String converts by `^-?\d+(\.\d+)?([eE]-?\d+)?$` and by nothing else. */
const REFUSED_TEXTS = [
  '+5',
  '.5',
  '5.',
  ' 5',
  '5 ',
  '1e+3',
  '0x10',
  '1,5',
  '',
  'NaN',
  'Infinity',
  '-',
  '--5',
  '1e',
  '٣',
];

const OF_ONE_NUMBER =
  'abs acos asin atan ceil cos cosh exp floor ln log round sign sin sinh sqrt tan tanh bitnot chr'.split(' ');
const OF_TWO_NUMBERS = 'mod remainder bitand bitor bitxor power atan2'.split(' ');
const OF_TEXTS: Readonly<Record<string, number>> = {
  length: 1,
  numbytes: 1,
  lower: 1,
  upper: 1,
  trim: 1,
  ltrim: 1,
  rtrim: 1,
  md2: 1,
  md5: 1,
  sha1: 1,
  sha224: 1,
  sha256: 1,
  sha384: 1,
  sha512: 1,
  startswith: 2,
  endswith: 2,
  indexof: 2,
  regexp_matches: 2,
  regexp_substr: 2,
  replace: 3,
  regexp_replace: 3,
};

/** The expressions of a list that are not Undefined. */
function defined(expressions: readonly string[]): string[] {
  return expressions.filter((expression) => evaluated(expression) !== 'U');
}

describe('what is no number', () => {
  it.each(OF_ONE_NUMBER)('makes %s() Undefined, and so does another count of arguments', (name) => {
    const calls = [...NOT_NUMBERS.map((argument) => `${name}(${argument})`), `${name}()`, `${name}(1, 2)`];
    expect(defined(calls)).toEqual([]);
  });

  it.each(OF_TWO_NUMBERS)('makes %s() Undefined in either place', (name) => {
    const calls = NOT_NUMBERS.flatMap((argument) => [`${name}(${argument}, 2)`, `${name}('2', ${argument})`]);
    expect(defined([...calls, `${name}()`, `${name}(1)`, `${name}(1, 2, 3)`])).toEqual([]);
  });

  it.each(['-', '*', '/', '%'])('makes %s Undefined on either side', (operator) => {
    expect(
      defined(NOT_NUMBERS.flatMap((operand) => [`${operand} ${operator} 2`, `'2' ${operator} ${operand}`])),
    ).toEqual([]);
  });

  it.each(['<', '<=', '>', '>='])('makes %s Undefined: texts have no order by letters', (operator) => {
    const both = NOT_NUMBERS.flatMap((operand) => [
      `${operand} ${operator} 2`,
      `2.5 ${operator} ${operand}`,
      `${operand} ${operator} ${operand}`,
    ]);
    expect(defined(both)).toEqual([]);
  });

  it.each(REFUSED_TEXTS)('includes the text "%s"', (text) => {
    const quoted = `'${text}'`;
    expect(
      defined([
        `abs(${quoted})`,
        `-${quoted}`,
        `${quoted} * 1`,
        `${quoted} > 0`,
        `cast(${quoted} AS Decimal)`,
        `cast(${quoted} AS Int)`,
        `cast(${quoted} AS Double)`,
        `substring(text, ${quoted})`,
        `get(list, ${quoted})`,
        `lpad(text, ${quoted})`,
        `chr(${quoted})`,
        `topic(${quoted})`,
        `bitand(${quoted}, 1)`,
        `trunc(${quoted}, 1)`,
      ]),
    ).toEqual([]);
  });
});

describe('a text that is a number', () => {
  it.each([
    ['0', '0'],
    ['-0', '0'],
    ['007', '7'],
    ['-1.2', '-1.2'],
    ['5E-12', '5e-12'],
    ['1e3', '1000'],
    ['00.50', '0.5'],
    ['9007199254740993', '9007199254740993'],
  ])('"%s" is %s to casts and operators', (text, expected) => {
    const expressions = [`cast('${text}' AS Decimal)`, `'${text}' * 1`, `'${text}' - 0`, `-(-'${text}')`];
    expect(expressions.map((expression) => evaluated(expression))).toEqual(Array(4).fill(expected));
  });
});

describe('a function of texts', () => {
  it.each(Object.entries(OF_TEXTS))('%s() is Undefined without its %i texts', (name, count) => {
    const call = (place: number, argument: string) =>
      `${name}(${Array.from({ length: count }, (_, index) => (index === place ? argument : "'a'")).join(', ')})`;
    const places = Array.from({ length: count }, (_, index) => index);
    const calls = places.flatMap((place) => [call(place, 'nul'), call(place, 'missing'), call(place, 'obj.k.deeper')]);
    expect(defined([...calls, `${name}()`, `${name}('a', 'b', 'c', 'd')`])).toEqual([]);
  });

  it.each(Object.entries(OF_TEXTS))('%s() converts every other type', (name, count) => {
    const others = ['int', 'dec', 'yes', 'list', 'obj'];
    const calls = others.map((other) => `${name}(${[other, "'a'", "'b'"].slice(0, count).join(', ')})`);
    const converted = others.map(
      (other) => `${name}(${[`cast(${other} AS String)`, "'a'", "'b'"].slice(0, count).join(', ')})`,
    );
    expect(calls.map((call) => evaluated(call))).toEqual(converted.map((call) => evaluated(call)));
  });
});

describe('AND and OR', () => {
  const UNUSABLE = [
    'int',
    'dec',
    'nul',
    'list',
    'obj',
    'missing',
    'text',
    'empty',
    "'yes'",
    "'1'",
    "' true'",
    '1',
    '0',
  ];

  it.each(UNUSABLE)('are Undefined with %s on a side, and NOT is', (operand) => {
    const uses = ['AND true', 'OR true', 'AND false', 'OR false'].flatMap((use) => {
      const [operator, other] = use.split(' ');
      return [`${operand} ${use}`, `${other} ${operator} ${operand}`];
    });
    expect(defined([...uses, `NOT ${operand}`])).toEqual([]);
  });

  it.each([
    ["NOT 'TRUE'", 'false'],
    ["NOT NOT 'true'", 'true'],
    ['NOT NOT NOT yes', 'false'],
    ['NOT int = 5', 'false'],
    ['not yes = no', 'true'],
    ["'FALSE' OR no", 'false'],
    ['yes OR no AND no', 'true'],
    ['(yes OR no) AND no', 'false'],
  ])('%s is %s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });
});

describe('equality', () => {
  const LITERALS: Readonly<Record<string, string>> = {
    int: '5.0',
    dec: '2.50',
    text: "'abc'",
    yes: 'true',
    no: 'false',
    nul: 'null',
    list: '[1.0, 2, 3]',
    obj: "{'n': 1, 'k': 'v'}",
    noItems: '[]',
    noMembers: '{}',
    empty: "''",
  };

  it.each(Object.keys(LITERALS))('of %s holds with its own value only, without conversion', (name) => {
    const entries = Object.entries(LITERALS);
    expect(entries.filter(([, literal]) => evaluated(`${name} = ${literal}`) === 'true')).toEqual([
      [name, LITERALS[name]],
    ]);
    expect(entries.filter(([, literal]) => evaluated(`${name} <> ${literal}`) === 'false')).toEqual([
      [name, LITERALS[name]],
    ]);
    expect(defined([`${name} = missing`, `missing = ${name}`, `${name} <> missing`, `missing <> ${name}`])).toEqual([]);
  });

  it.each([
    ["'5' = 5", 'false'],
    ["'true' = true", 'false'],
    ['1 = true', 'false'],
    ["['1'] = [1]", 'false'],
    ['[1, 2] <> [2, 1]', 'true'],
    ["{'a': null} = {}", 'false'],
    ["{'a': missing} = {}", 'true'],
    ["{'a': [1, {'b': null}]} = {'a': [1, {'b': null}]}", 'true'],
    ['9007199254740993 = 9007199254740992', 'false'],
    ['1234567890123456789012345678901234 = 1234567890123456789012345678901235', 'false'],
    ['missing = missing', 'U'],
    ["list = '[1,2,3]'", 'false'],
    ['-0.0 = 0', 'true'],
  ])('%s is %s', (expression, expected) => {
    expect(evaluated(expression)).toBe(expected);
  });

  it('is asked of every type that the message holds', () => {
    const names = Object.keys(LITERALS);
    expect(names.filter((name) => !(name in MESSAGE))).toEqual([]);
  });
});
