import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { dialectOf } from './dialect.js';
import { jsonText } from './json-text.js';
import { compareNumbers, isInt, isNumber, numberText, parseNumber } from './numbers.js';
import { add, divide, multiply, remainder, subtract } from './operators.js';
import { type SqlValue } from './values.js';

const current = dialectOf('2016-03-23');
const of2015 = dialectOf('2015-10-08');
const Exact = Decimal.clone({ precision: 34, rounding: Decimal.ROUND_HALF_EVEN });

/** Decimal texts from a few digits to more than a double holds. */
const digits = fc
  .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.nat(12))
  .map(([isNegative, whole, places]) => {
    const text = whole.toString().padStart(places + 1, '0');
    const split = text.length - places;
    return `${isNegative ? '-' : ''}${text.slice(0, split)}${places > 0 ? `.${text.slice(split)}` : ''}`;
  });
/** Around the limits of a double and of the shortcuts for short decimals. */
const middleDigits = fc
  .tuple(fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }), fc.integer({ min: 3, max: 6 }))
  .map(([whole, places]) => new Exact(whole.toString()).times(new Exact(10).pow(-places)).toFixed());
const shortDigits = fc
  .tuple(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.constantFrom(1, 10, 100, 1000))
  .map(([whole, scale]) => new Exact(whole).div(scale).toString());

function text(value: SqlValue): string | undefined {
  return isNumber(value) ? numberText(value) : undefined;
}

const operands = fc.oneof(digits, middleDigits, shortDigits);

describe('parseNumber', () => {
  it('keeps every digit up to 34', () => {
    fc.assert(
      fc.property(operands, (written) => {
        const parsed = text(parseNumber(written, current));
        expect(parsed).toBeDefined();
        expect(new Exact(parsed ?? NaN).eq(written)).toBe(true);
      }),
    );
  });

  // AWS: under 2016-03-23 whole Decimals are processed as Int.
  it.each([
    ['10.0', '10', '10.0'],
    ['1E3', '1000', '1000.0'],
    ['10', '10', '10'],
    ['2.50', '2.5', '2.5'],
    ['-0.0', '0', '0.0'],
    ['12345678901234567890', '12345678901234567890', '12345678901234567890'],
    ['5E-12', '5e-12', '5e-12'],
    ['9E999', '9e999', '9e999'],
  ])('reads %s as %s, and as %s under 2015-10-08', (written, now, then) => {
    expect(text(parseNumber(written, current))).toBe(now);
    expect(text(parseNumber(written, of2015))).toBe(then);
  });

  it.each(['1E1000', '-1E99999999999'])('has no number for the overflow %s', (written) => {
    expect(parseNumber(written, current)).toBeUndefined();
  });
});

describe('arithmetic', () => {
  it.each([
    ['+', add, (a: Decimal, b: Decimal) => a.plus(b)],
    ['-', subtract, (a: Decimal, b: Decimal) => a.minus(b)],
    ['*', multiply, (a: Decimal, b: Decimal) => a.times(b)],
    ['%', remainder, (a: Decimal, b: Decimal) => a.mod(b)],
  ])('%s equals arithmetic in 34 decimal digits', (_name, operate, expected) => {
    fc.assert(
      fc.property(operands, operands, (left, right) => {
        const a = parseNumber(left, current);
        const b = parseNumber(right, current);
        const result = operate(a, b, current);
        if (operate === remainder && new Exact(right).isZero()) expect(result).toBeUndefined();
        // Two Ints have an Int of any size as their product; the rounding to 34 digits is of Decimals.
        else
          expect(new Exact(text(result) ?? NaN).minus(expected(new Exact(left), new Exact(right))).isZero()).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('gives numbers in their leanest form, so that equal numbers compare equal whatever made them', () => {
    fc.assert(
      fc.property(digits, digits, (left, right) => {
        const [a, b] = [parseNumber(left, current), parseNumber(right, current)];
        const back = subtract(add(a, b, current), b, current);
        if (a === undefined || !isNumber(back)) throw new Error('no number');
        expect(compareNumbers(a, back)).toBe(0);
        expect(isInt(a)).toBe(isInt(back));
      }),
    );
  });

  it.each([
    [5, 2, 2],
    [-7, 2, -3],
    [7, -2, -3],
    [9007199254740991, 4, 2251799813685247],
    [0.3, 0.1, 3],
  ])('%p / %p is %p: two Ints give an Int, cut toward zero', (left, right, expected) => {
    expect(divide(left, right, current)).toBe(expected);
  });

  it.each([divide, remainder])('has no result for a zero divisor', (operate) => {
    for (const zero of [0, '0', '0.0', new Exact(0)]) expect(operate(1, zero, current)).toBeUndefined();
  });

  it('leaves the doubles of Int for larger results', () => {
    expect(text(multiply(9007199254740991, 9007199254740991, current))).toBe('81129638414606663681390495662081');
    expect(text(add(9007199254740991, 1, current))).toBe('9007199254740992');
    expect(text(subtract(add(9007199254740991, 2, current), 2, current))).toBe('9007199254740991');
  });

  it('takes the sign of the dividend for the remainder', () => {
    expect([remainder(-7, 3, current), remainder(7, -3, current), remainder(-7.5, 2, current)]).toEqual([-1, 1, -1.5]);
  });

  it('keeps whole Decimals apart from Ints under 2015-10-08', () => {
    expect(jsonText(add(2.5, 2.5, of2015))).toBe('5.0');
    expect(jsonText(add(2.5, 2.5, current))).toBe('5');
    expect(jsonText(multiply('4', 2, of2015))).toBe('8.0');
  });
});
