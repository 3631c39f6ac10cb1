import { toNumber } from '../conversions.js';
import { fromDouble, toDouble } from '../numbers.js';
import { type SqlValue } from '../values.js';
import { type Evaluation } from '../evaluation.js';
import { type FunctionGroup, type SqlFunction } from './sql-function.js';

/** A function in double precision; results that are no finite number (an imaginary arc, log of zero) are Undefined. */
function ofDouble(compute: (value: number) => number): SqlFunction {
  return {
    arity: [1, 1],
    call: ([argument], { dialect }) => {
      const value = toNumber(argument, dialect);
      return value === undefined ? undefined : fromDouble(compute(toDouble(value)), dialect);
    },
  };
}

function ofTwoDoubles(compute: (a: number, b: number) => number): SqlFunction {
  return {
    arity: [2, 2],
    call: ([left, right], { dialect }) => {
      const a = toNumber(left, dialect);
      const b = toNumber(right, dialect);
      return a === undefined || b === undefined ? undefined : fromDouble(compute(toDouble(a), toDouble(b)), dialect);
    },
  };
}

/** Uniform from 0 to 1, drawn by the environment. */
function random(_args: readonly SqlValue[], { environment, dialect }: Evaluation): SqlValue {
  return fromDouble(environment.random(), dialect);
}

/** Functions that the guide gives in double precision. */
export const DOUBLE_FUNCTIONS: FunctionGroup = {
  acos: ofDouble(Math.acos),
  asin: ofDouble(Math.asin),
  atan: ofDouble(Math.atan),
  atan2: ofTwoDoubles(Math.atan2),
  cos: ofDouble(Math.cos),
  cosh: ofDouble(Math.cosh),
  exp: ofDouble(Math.exp),
  ln: ofDouble(Math.log),
  log: ofDouble(Math.log10),
  power: ofTwoDoubles(Math.pow),
  rand: { arity: [0, 0], call: random },
  sin: ofDouble(Math.sin),
  sinh: ofDouble(Math.sinh),
  sqrt: ofDouble(Math.sqrt),
  tan: ofDouble(Math.tan),
  tanh: ofDouble(Math.tanh),
};
