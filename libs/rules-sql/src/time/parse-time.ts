import { DAY_MS, daysInMonth, MONTHS, splitPattern, utcMillis, WEEKDAYS, type PatternPart } from './time-pattern.js';
import { findTimeZone, findTimeZoneByName, type TimeZone } from './time-zone.js';

/** What has been read of a text so far. */
interface Reading {
  rest: string;
  readonly fields: Map<FieldName, number>;
  zone: TimeZone | undefined;
}

type FieldName =
  | 'era'
  | 'yearOfEra'
  | 'year'
  | 'month'
  | 'day'
  | 'dayOfYear'
  | 'half'
  | 'hour'
  | 'hourOfHalf'
  | 'minute'
  | 'second'
  | 'millis'
  | 'ignored';

/** A reader takes its part off the rest of the text and answers whether it could; `reserved` digits are for what follows. */
type FieldReader = (reading: Reading, count: number, reserved: number) => boolean;

/** Reads a text by a pattern of java.time letters; undefined when they do not fit or give no date. UTC without a zone. */
export function parseTime(text: string, pattern: string): number | undefined {
  const parts = splitPattern(pattern);
  if (parts === undefined) return undefined;
  const reading = readParts(parts, { rest: text, fields: new Map(), zone: undefined });
  return reading?.rest === '' ? resolve(reading) : undefined;
}

/** What a text says by some parts, added to what was read before; undefined when they do not fit. */
function readParts(parts: readonly PatternPart[], before: Reading): Reading | undefined {
  let reading: Reading = { ...before, fields: new Map(before.fields) };
  let sectionEnd = -1;
  for (const [index, part] of parts.entries()) {
    if (index <= sectionEnd) continue;
    if (part.kind === 'bracket') {
      if (part.text === ']') return undefined;
      sectionEnd = endOfSection(parts, index);
      reading = readParts(parts.slice(index + 1, sectionEnd), reading) ?? reading;
    } else if (part.kind === 'text') {
      if (!reading.rest.startsWith(part.text)) return undefined;
      reading.rest = reading.rest.slice(part.text.length);
    } else if (!FIELDS[part.letter]?.(reading, part.count, adjacentDigits(parts, index + 1))) return undefined;
  }
  return reading;
}

/** Where the optional section that begins at `start` ends; at the end of the pattern when nothing closes it. */
function endOfSection(parts: readonly PatternPart[], start: number): number {
  let depth = 0;
  const length = parts.slice(start).findIndex((part) => {
    if (part.kind === 'bracket') depth += part.text === '[' ? 1 : -1;
    return depth === 0;
  });
  return length < 0 ? parts.length : start + length;
}

/** The digits that number fields right after this one need, so that `yyyyMMdd` does not take all of them as the year. */
function adjacentDigits(parts: readonly PatternPart[], from: number): number {
  let digits = 0;
  for (const part of parts.slice(from)) {
    if (part.kind !== 'field' || !FIXED_WIDTH.has(part.letter) || part.count < 2) break;
    if ((part.letter === 'M' || part.letter === 'L') && part.count > 2) break;
    digits += part.count;
  }
  return digits;
}

const FIXED_WIDTH = new Set('yuMLdDHhKkmsS');

/** Counts of one letter take as many digits as there are, and so do years of three; others exactly theirs. */
function number(
  field: FieldName,
  least: number,
  most: number,
  adjust: (value: number) => number = (value) => value,
): FieldReader {
  return (reading, count, reserved) => {
    const isOpen = count === 1 || ((field === 'year' || field === 'yearOfEra') && count === 3);
    const available = /^\d*/.exec(reading.rest)?.[0].length ?? 0;
    const width = isOpen ? Math.min(Math.max(available - reserved, count), 9) : count;
    const digits = takeDigits(reading, width);
    if (digits === undefined) return false;
    const value = Number(digits);
    if (value < least || value > most) return false;
    reading.fields.set(field, adjust(value));
    return true;
  };
}

function takeDigits(reading: Reading, width: number): string | undefined {
  const digits = reading.rest.slice(0, width);
  if (digits.length !== width || !/^\d+$/.test(digits)) return undefined;
  reading.rest = reading.rest.slice(width);
  return digits;
}

/** One of some names; its index is the value. */
function name(field: FieldName, names: readonly string[]): (reading: Reading) => boolean {
  return (reading) => {
    const index = names.findIndex((candidate) => reading.rest.startsWith(candidate));
    if (index < 0) return false;
    reading.fields.set(field, index);
    reading.rest = reading.rest.slice(names[index]?.length);
    return true;
  };
}

function year(field: 'year' | 'yearOfEra'): FieldReader {
  const long = number(field, field === 'year' ? 0 : 1, 999_999_999); // No era has a year 0.
  const short = number(field, 0, 99, (value) => 2000 + value);
  return (reading, count, reserved) => (count === 2 ? short : long)(reading, count, reserved);
}

const MONTH_SHORT = name('month', ['-', ...MONTHS.map((month) => month.slice(0, 3))]);
const MONTH_LONG = name('month', ['-', ...MONTHS]);
const MONTH_NUMBER = number('month', 1, 12);
const month: FieldReader = (reading, count, reserved) =>
  count >= 4 ? MONTH_LONG(reading) : count === 3 ? MONTH_SHORT(reading) : MONTH_NUMBER(reading, count, reserved);
const WEEKDAY_SHORT = name(
  'ignored',
  WEEKDAYS.map((weekday) => weekday.slice(0, 3)),
);
const WEEKDAY_LONG = name('ignored', WEEKDAYS);

const fraction: FieldReader = (reading, count) => {
  const digits = takeDigits(reading, count);
  if (digits === undefined) return false;
  reading.fields.set('millis', Number(digits.padEnd(3, '0').slice(0, 3)));
  return true;
};

/** A zone at the start of the rest, as the pattern finds it. */
function zone(pattern: RegExp, find: (id: string) => TimeZone | undefined): (reading: Reading) => boolean {
  return (reading) => {
    const id = pattern.exec(reading.rest)?.[0];
    const found = id === undefined ? undefined : find(id);
    if (id === undefined || found === undefined) return false;
    reading.zone = found;
    reading.rest = reading.rest.slice(id.length);
    return true;
  };
}

const ZONE_NAME = zone(
  /^(?:[A-Za-z][A-Za-z0-9_/-]*(?:[+-]\d{1,2}(?::?\d{2})?)?|[+-]\d{2}(?::?\d{2})?)/,
  findTimeZoneByName,
);
const OFFSET_OR_Z = zone(/^(?:Z|[+-]\d{2}(?::?\d{2})?)/, findTimeZone);
const OFFSET = zone(/^[+-]\d{2}(?::?\d{2})?/, findTimeZone);
const GMT_OFFSET = zone(/^GMT(?:[+-]\d{1,2}(?::?\d{2})?)?/, findTimeZone);

/** The letters of java.time. Week fields and weekdays are read, and the date follows from the others. */
const FIELDS: Readonly<Record<string, FieldReader | undefined>> = {
  G: name('era', ['BC', 'AD']),
  y: year('yearOfEra'),
  u: year('year'),
  Y: number('ignored', 0, 9999),
  M: month,
  L: month,
  d: number('day', 1, 31),
  D: number('dayOfYear', 1, 366),
  E: (reading, count) => (count >= 4 ? WEEKDAY_LONG : WEEKDAY_SHORT)(reading),
  e: number('ignored', 1, 7),
  w: number('ignored', 1, 53),
  Q: number('ignored', 1, 4),
  a: name('half', ['AM', 'PM']),
  H: number('hour', 0, 24),
  k: number('hour', 1, 24, (value) => value % 24),
  h: number('hourOfHalf', 1, 12, (value) => value % 12),
  K: number('hourOfHalf', 0, 11),
  m: number('minute', 0, 59),
  s: number('second', 0, 59),
  S: fraction,
  z: ZONE_NAME,
  V: ZONE_NAME,
  O: GMT_OFFSET,
  X: OFFSET_OR_Z,
  x: OFFSET,
  Z: (reading, count) => (count === 4 ? GMT_OFFSET : count === 5 ? OFFSET_OR_Z : OFFSET)(reading),
};

function resolve({ fields, zone: zoneRead }: Reading): number | undefined {
  const date = resolveDate(fields);
  const timeOfDay = resolveTimeOfDay(fields);
  if (date === undefined || timeOfDay === undefined) return undefined;
  const local = date + timeOfDay;
  return Number.isNaN(local) ? undefined : zoneRead === undefined ? local : localToEpoch(local, zoneRead);
}

/** Midnight of the date, read as UTC. A day after the end of its month is the month's last, as java.time resolves it. */
function resolveDate(fields: Reading['fields']): number | undefined {
  const ofEra = fields.get('yearOfEra');
  const fullYear = fields.get('year') ?? (fields.get('era') === 0 && ofEra !== undefined ? 1 - ofEra : ofEra);
  if (fullYear === undefined) return undefined;
  const dayOfYear = fields.get('dayOfYear');
  if (dayOfYear !== undefined) return utcMillis(fullYear, 1, dayOfYear, 0);
  const month = fields.get('month');
  const day = fields.get('day');
  if (month === undefined || day === undefined) return undefined;
  return utcMillis(fullYear, month, Math.min(day, daysInMonth(fullYear, month)), 0);
}

/** Milliseconds since midnight; 24:00 is the next midnight and no other time of that hour exists. */
function resolveTimeOfDay(fields: Reading['fields']): number | undefined {
  const ofHalf = fields.get('hourOfHalf');
  if (ofHalf !== undefined && !fields.has('hour') && !fields.has('half')) return undefined;
  const hour = fields.get('hour') ?? (ofHalf ?? 0) + 12 * (fields.get('half') ?? 0);
  const rest = ((fields.get('minute') ?? 0) * 60 + (fields.get('second') ?? 0)) * 1000 + (fields.get('millis') ?? 0);
  return hour === 24 && rest > 0 ? undefined : hour * 3_600_000 + rest;
}

/** A local time that occurs twice is the earlier one; one that is skipped moves forward by the gap. As in java.time. */
function localToEpoch(local: number, zone: TimeZone): number | undefined {
  if (Math.abs(local) > 8.64e15 - 2 * DAY_MS) return undefined;
  const before = local - zone.offsetAt(local - DAY_MS);
  if (zone.offsetAt(before) === local - before) return before;
  const after = local - zone.offsetAt(local + DAY_MS);
  return zone.offsetAt(after) === local - after ? after : before;
}
