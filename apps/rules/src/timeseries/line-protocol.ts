import { IotError, type JsonObject, type JsonValue } from '#thingcore/errors';

/** How numbers of JSON become those of a database that tells whole numbers from others. */
export type NumberStyle =
  /** Every number is a float: JSON does not tell 20 from 20.0, and a column keeps the type of its first value. */
  | 'float'
  /** AWS: whole numbers are integers, unsigned when they are larger than signed ones can be. */
  | 'typed';

/** One point of a series. */
export interface Point {
  readonly table: string;
  /** Sorted by nobody: InfluxDB does it itself. Empty values do not exist in line protocol and are left out. */
  readonly tags: readonly (readonly [name: string, value: string])[];
  readonly fields: JsonObject;
  /** Nanoseconds since the epoch. */
  readonly time: bigint;
}

/** AWS: "InfluxDB", tags and fields of a point together. */
const MAX_KEYS = 250;
const MAX_SIGNED = 2 ** 63;
const MAX_UNSIGNED = 2 ** 64;

/**
 * A point as a line of the InfluxDB line protocol. Null fields are left out, arrays and objects become their JSON text.
 * Errors: `InvalidRequest` when no field is left, for a name that is not allowed, and for a number out of range.
 */
export function toLine({ table, tags, fields, time }: Point, numbers: NumberStyle): string {
  const pairs = Object.entries(fields).flatMap(([name, value]) => {
    checkName(name);
    return value === null ? [] : [`${escapeKey(name)}=${fieldValue(name, value, numbers)}`];
  });
  if (pairs.length === 0) throw refused('the point has no field with a value');
  if (pairs.length + tags.length > MAX_KEYS) throw refused(`the point has more than ${MAX_KEYS} tags and fields`);
  let series = escapeTable(table);
  for (const [name, value] of tags) {
    checkName(name);
    if (value !== '') series += `,${escapeKey(name)}=${escapeKey(value)}`;
  }
  return `${series} ${pairs.join(',')} ${time}`;
}

function fieldValue(name: string, value: Exclude<JsonValue, null>, numbers: NumberStyle): string {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'boolean':
      return value ? 't' : 'f';
    case 'number':
      return numbers === 'float' || !Number.isInteger(value) ? String(value) : wholeNumber(name, value);
    default:
      return quote(JSON.stringify(value));
  }
}

function wholeNumber(name: string, value: number): string {
  if (value >= -MAX_SIGNED && value < MAX_SIGNED) return `${BigInt(value)}i`;
  if (value > 0 && value < MAX_UNSIGNED) return `${BigInt(value)}u`;
  throw refused(`the value of "${name}" is beyond 64 bits`);
}

/** AWS: keys may not be empty or begin with an underscore, which InfluxDB keeps for itself. */
function checkName(name: string): void {
  if (name === '') throw refused('a tag or field has no name');
  if (name.startsWith('_')) throw refused(`the name "${name}" begins with an underscore`);
}

function refused(problem: string): IotError {
  return new IotError('InvalidRequest', `The payload is no point of a time series: ${problem}`);
}

function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

/** A line break ends a point: it cannot be part of a name. */
function escapeKey(text: string): string {
  return text
    .replace(/[\r\n]+/g, ' ')
    .replace(/[,= ]/g, '\\$&')
    .replace(/\\$/, '\\\\');
}

function escapeTable(text: string): string {
  return text
    .replace(/[\r\n]+/g, ' ')
    .replace(/[, ]/g, '\\$&')
    .replace(/\\$/, '\\\\');
}
