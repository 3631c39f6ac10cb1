import { type CastTarget } from './ast.js';
import { toInt, toNumber, toText } from './conversions.js';
import { type Dialect } from './dialect.js';
import { compareNumbers, fromDouble, isNumber, toDouble } from './numbers.js';
import { type SqlValue } from './values.js';

/** A type word and the target it stands for. */
interface CastWord {
  readonly target: CastTarget;
  readonly since2016?: true;
}

/** AWS: the type words of cast(), in any case; Decimal and Boolean came with 2016-03-23. */
export const CAST_WORDS: ReadonlyMap<string, CastWord> = new Map<string, CastWord>([
  ['string', { target: 'string' }],
  ['nvarchar', { target: 'string' }],
  ['text', { target: 'string' }],
  ['ntext', { target: 'string' }],
  ['varchar', { target: 'string' }],
  ['int', { target: 'int' }],
  ['integer', { target: 'int' }],
  ['double', { target: 'double' }],
  ['decimal', { target: 'decimal', since2016: true }],
  ['bool', { target: 'boolean', since2016: true }],
  ['boolean', { target: 'boolean', since2016: true }],
]);

/** Converts a value by the table of cast(); what the table has no answer for is Undefined. */
type Cast = (value: SqlValue, dialect: Dialect) => SqlValue;

/** A Boolean as 1 or 0 for the casts to numbers; other values as they are. */
function unwrapBoolean(value: SqlValue): SqlValue {
  return typeof value === 'boolean' ? Number(value) : value;
}

/** AWS: 0 is false and other numbers true; of the texts only true and false, in any case. */
function castToBoolean(value: SqlValue): SqlValue {
  if (isNumber(value)) return compareNumbers(value, 0) !== 0;
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value.toLowerCase() : undefined;
  return text === 'true' || text === 'false' ? text === 'true' : undefined;
}

/** The casts by their target. AWS: "cast". */
export const CASTS: Readonly<Record<CastTarget, Cast>> = {
  string: toText,
  int: (value, dialect) => toInt(unwrapBoolean(value), dialect),
  decimal: (value, dialect) =>
    typeof value === 'boolean' ? fromDouble(Number(value), dialect) : toNumber(value, dialect),
  double: (value, dialect) => {
    const converted = toNumber(unwrapBoolean(value), dialect);
    return converted === undefined ? undefined : fromDouble(toDouble(converted), dialect);
  },
  boolean: castToBoolean,
};
