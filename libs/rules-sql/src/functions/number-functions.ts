import { Decimal } from 'decimal.js';
import { toIndex, toInt, toNumber } from '../conversions.js';
import { type Dialect } from '../dialect.js';
import { type Evaluation } from '../evaluation.js';
import {
  compareNumbers,
  floorToInt,
  fromExact,
  intFromBigInt,
  intFromExact,
  isInt,
  isNumber,
  toBigInt,
  toExact,
} from '../numbers.js';
import { negate, remainder } from '../operators.js';
import { type SqlNumber, type SqlValue } from '../values.js';
import { type FunctionGroup, type SqlFunction } from './sql-function.js';

/** AWS: trunc() takes 0 to 34 places. */
const MOST_PLACES = 34;

/** A function of one number; other arguments that convert to none give Undefined. */
function ofNumber(compute: (value: SqlNumber, dialect: Dialect) => SqlValue): SqlFunction {
  return {
    arity: [1, 1],
    call: ([argument], { dialect }) => {
      const value = toNumber(argument, dialect);
      return value === undefined ? undefined : compute(value, dialect);
    },
  };
}

/** A function of the bits of whole numbers, in two's complement; fractions are rounded down first. */
function ofBits(compute: (a: bigint, b: bigint) => bigint): SqlFunction {
  return {
    arity: [2, 2],
    call: ([left, right], { dialect }) => {
      const a = toInt(left, dialect);
      const b = toInt(right, dialect);
      return a === undefined || b === undefined ? undefined : intFromBigInt(compute(toBigInt(a), toBigInt(b)));
    },
  };
}

const modulo: SqlFunction = { arity: [2, 2], call: ([a, b], { dialect }) => remainder(a, b, dialect) };

/** AWS: "0.5 rounds to 1, -1.5 to -2": ties go away from zero. */
function round(value: SqlNumber): SqlNumber {
  if (isInt(value)) return value;
  return intFromExact(toExact(value).toDecimalPlaces(0, Decimal.ROUND_HALF_UP));
}

/** Cuts toward zero; the second argument is a number only, and a fraction of it is rounded down. */
function truncate(args: readonly SqlValue[], { dialect }: Evaluation): SqlValue {
  const value = toNumber(args[0], dialect);
  const places = isNumber(args[1]) ? toIndex(args[1], dialect) : undefined;
  if (value === undefined || places === undefined) return undefined;
  if (isInt(value)) return value;
  const kept = Math.min(Math.max(places, 0), MOST_PLACES);
  return fromExact(toExact(value).toDecimalPlaces(kept, Decimal.ROUND_DOWN), dialect);
}

/** Exact functions of numbers. AWS: "Functions". */
export const NUMBER_FUNCTIONS: FunctionGroup = {
  abs: ofNumber((value, dialect) => (compareNumbers(value, 0) < 0 ? negate(value, dialect) : value)),
  ceil: ofNumber((value) => (isInt(value) ? value : intFromExact(toExact(value).ceil()))),
  floor: ofNumber(floorToInt),
  round: ofNumber(round),
  trunc: { arity: [2, 2], call: truncate },
  sign: ofNumber((value) => compareNumbers(value, 0)),
  mod: modulo,
  remainder: modulo,
  bitand: ofBits((a, b) => a & b),
  bitor: ofBits((a, b) => a | b),
  bitxor: ofBits((a, b) => a ^ b),
  // The guide prints bitnot(13) = 2, a complement of four bits; ours is the two's complement, -14.
  bitnot: ofNumber((value) => intFromBigInt(~toBigInt(value))),
  nanvl: { arity: [2, 2], call: ([value, otherwise]) => value ?? otherwise },
};
