import { compileGlob, type Glob, type GlobToken } from './glob.js';
import { parseIpRange } from './ip-range.js';
import { textOf } from './template.js';

/** Compares the value of a context key with one value of the policy. */
export type Comparison = (actual: string) => boolean;

/** An operator without prefix, suffix and negation. */
export interface OperatorFamily {
  /** Prepares the comparison with a value of the policy, in which variables have been replaced. */
  prepare(expected: readonly GlobToken[]): Comparison;
  /** What a value must look like, for a person; absent when any text will do. */
  readonly form?: string;
  /** Whether a value without variables has that form. */
  isWellFormed?(value: string): boolean;
}

const ARN_SEPARATORS = 5;
const DECIMAL = /^[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** The profile of ISO 8601 that IAM takes: a date, or a date and time with its offset. */
const DATE = /^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?)?)?$/;
const EPOCH_SECONDS = /^\d{5,}$/;

/** IAM: "IAM JSON policy elements: Condition operators", by the name without `Not`, `IfExists` and set prefix. */
export const OPERATOR_FAMILIES = {
  StringEquals: text((actual, expected) => actual === expected),
  StringEqualsIgnoreCase: text((actual, expected) => actual.toLowerCase() === expected.toLowerCase()),
  StringLike: {
    prepare: (expected) => {
      const glob = compileGlob(expected);
      return (actual) => glob.matches(actual);
    },
  },
  NumericEquals: numeric((actual, expected) => actual === expected),
  NumericLessThan: numeric((actual, expected) => actual < expected),
  NumericLessThanEquals: numeric((actual, expected) => actual <= expected),
  NumericGreaterThan: numeric((actual, expected) => actual > expected),
  NumericGreaterThanEquals: numeric((actual, expected) => actual >= expected),
  DateEquals: date((actual, expected) => actual === expected),
  DateLessThan: date((actual, expected) => actual < expected),
  DateLessThanEquals: date((actual, expected) => actual <= expected),
  DateGreaterThan: date((actual, expected) => actual > expected),
  DateGreaterThanEquals: date((actual, expected) => actual >= expected),
  Bool: {
    ...text((actual, expected) => actual.toLowerCase() === expected.toLowerCase()),
    form: '"true" or "false"',
    isWellFormed: isBoolean,
  },
  BinaryEquals: {
    ...text((actual, expected) => actual === expected),
    form: 'text in Base64',
    isWellFormed: (value) => BASE64.test(value),
  },
  IpAddress: {
    prepare: (expected) => {
      const range = parseIpRange(textOf(expected));
      return (actual) => range?.contains(actual) === true;
    },
    form: 'an IP address or a range such as 198.51.100.0/24',
    isWellFormed: (value) => parseIpRange(value) !== undefined,
  },
  ArnEquals: arn(),
  ArnLike: arn(),
  Null: {
    ...text((actual, expected) => actual === expected.toLowerCase()),
    form: '"true" or "false"',
    isWellFormed: isBoolean,
  },
} as const satisfies Record<string, OperatorFamily>;

/** The name of a family. */
export type OperatorFamilyName = keyof typeof OPERATOR_FAMILIES;

function text(compare: (actual: string, expected: string) => boolean): OperatorFamily {
  return {
    prepare: (expected) => {
      const wanted = textOf(expected);
      return (actual) => compare(actual, wanted);
    },
  };
}

/** A side that is no number compares as NaN: equal to nothing, neither less nor greater. */
function numeric(compare: (actual: number, expected: number) => boolean): OperatorFamily {
  return {
    prepare: (expected) => {
      const wanted = toNumber(textOf(expected));
      return (actual) => compare(toNumber(actual), wanted);
    },
    form: 'a decimal number',
    isWellFormed: (value) => DECIMAL.test(value),
  };
}

function date(compare: (actual: number, expected: number) => boolean): OperatorFamily {
  return {
    prepare: (expected) => {
      const wanted = toInstant(textOf(expected));
      return (actual) => compare(toInstant(actual), wanted);
    },
    form: 'a date such as 2026-01-31 or 2026-01-31T23:59:59Z, or seconds since 1970',
    isWellFormed: (value) => !Number.isNaN(toInstant(value)),
  };
}

/** IAM: each of the six parts of an ARN is matched on its own, so a wildcard never crosses into the next part. */
function arn(): OperatorFamily {
  return {
    prepare: (expected) => {
      if (textOf(expected) === '*') return (actual) => splitArn([actual]) !== undefined;
      const patterns = splitArn(expected)?.map((part) => compileGlob(part));
      return (actual) => patterns !== undefined && matchesParts(patterns, actual);
    },
    form: 'an ARN such as arn:aws:iot:us-east-1:123456789012:topic/site/*, or *',
    isWellFormed: (value) => value === '*' || (value.startsWith('arn:') && splitArn([value]) !== undefined),
  };
}

function matchesParts(patterns: readonly Glob[], actual: string): boolean {
  const parts = splitArn([actual]);
  return parts !== undefined && patterns.every((pattern, index) => pattern.matches(parts[index]?.join('') ?? ''));
}

/** Splits at the first five colons; `undefined` when there are fewer. */
function splitArn<Token extends GlobToken>(tokens: readonly Token[]): (Token | string)[][] | undefined {
  const parts: (Token | string)[][] = [[]];
  for (const token of tokens) {
    const pieces = typeof token === 'string' ? token.split(':') : [token];
    for (const [index, piece] of pieces.entries()) {
      if (index > 0 && parts.length <= ARN_SEPARATORS) parts.push([]);
      else if (index > 0) parts.at(-1)?.push(':');
      parts.at(-1)?.push(piece);
    }
  }
  return parts.length > ARN_SEPARATORS ? parts : undefined;
}

function toNumber(value: string): number {
  return DECIMAL.test(value) ? Number(value) : Number.NaN;
}

/** Milliseconds since 1970; NaN for what is no date. */
function toInstant(value: string): number {
  if (EPOCH_SECONDS.test(value)) return Number(value) * 1000;
  return DATE.test(value) ? Date.parse(value) : Number.NaN;
}

function isBoolean(value: string): boolean {
  return /^(true|false)$/i.test(value);
}
