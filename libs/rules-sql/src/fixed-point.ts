/**
 * Exact decimal arithmetic on doubles, for the numbers that messages are full of: a few digits, a few of them after the
 * point. A decimal of at most fifteen digits survives a double, so `n / 10^k` for a whole n below 10^15 is the double
 * that stands for exactly that decimal, and whole numbers below 2^53 add and multiply exactly. Every function answers
 * undefined when its numbers are not of this kind; the caller then takes the long way.
 */
const SCALE = 1e6;
const FACTOR_SCALE = 1e3;
const MOST = 1e15;

/** The whole number that `value` is when counted in `1 / scale`, if it is one. */
function scaled(value: number, scale: number): number | undefined {
  const whole = Math.round(value * scale);
  return Math.abs(whole) < MOST && whole / scale === value ? whole : undefined;
}

function unscaled(whole: number, scale: number): number | undefined {
  return Math.abs(whole) < MOST ? whole / scale : undefined;
}

export function addFixed(a: number, b: number): number | undefined {
  const left = scaled(a, SCALE);
  const right = scaled(b, SCALE);
  return left === undefined || right === undefined ? undefined : unscaled(left + right, SCALE);
}

export function subtractFixed(a: number, b: number): number | undefined {
  return addFixed(a, -b);
}

export function multiplyFixed(a: number, b: number): number | undefined {
  const left = scaled(a, FACTOR_SCALE);
  const right = scaled(b, FACTOR_SCALE);
  return left === undefined || right === undefined ? undefined : unscaled(left * right, FACTOR_SCALE * FACTOR_SCALE);
}

/** The divisor is not zero. */
export function remainderFixed(a: number, b: number): number | undefined {
  const left = scaled(a, SCALE);
  const right = scaled(b, SCALE);
  return left === undefined || right === undefined ? undefined : unscaled(left % right, SCALE);
}
