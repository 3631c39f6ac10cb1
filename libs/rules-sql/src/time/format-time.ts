import { DAY_MS, MONTHS, splitPattern, utcMillis, WEEKDAYS } from './time-pattern.js';
import { findTimeZone, offsetText, type TimeZone } from './time-zone.js';

/** The instants that Date can hold. */
const MOST_MILLIS = 8.64e15;

/** An instant with its local calendar fields. */
interface LocalTime {
  readonly epochMs: number;
  readonly zone: TimeZone;
  readonly offsetMs: number;
  /** The local fields, read through the UTC getters. */
  readonly fields: Date;
}

/** Writes an instant by a pattern of Joda-Time letters in a zone; undefined when pattern, zone or instant is none. */
export function formatTime(pattern: string, epochMs: number, zoneId: string): string | undefined {
  const zone = findTimeZone(zoneId);
  const parts = splitPattern(pattern);
  if (zone === undefined || !parts?.length || !(Math.abs(epochMs) < MOST_MILLIS - DAY_MS)) return undefined;
  const offsetMs = zone.offsetAt(epochMs);
  const time: LocalTime = { epochMs, zone, offsetMs, fields: new Date(epochMs + offsetMs) };
  let text = '';
  for (const part of parts) {
    if (part.kind !== 'field') {
      text += part.text;
      continue;
    }
    const format = FIELDS[part.letter];
    if (format === undefined) return undefined;
    text += format(time, part.count);
  }
  return text;
}

type FieldFormat = (time: LocalTime, count: number) => string;

function number(read: (time: LocalTime) => number): FieldFormat {
  return (time, count) => padded(read(time), count);
}

function padded(value: number, count: number): string {
  const digits = String(Math.abs(value)).padStart(count, '0');
  return value < 0 ? `-${digits}` : digits;
}

/** Two letters give the last two digits of a year; other counts a width. */
function year(read: (time: LocalTime) => number): FieldFormat {
  return (time, count) => (count === 2 ? padded(Math.abs(read(time)) % 100, 2) : padded(read(time), count));
}

function text(names: readonly string[], read: (time: LocalTime) => number): FieldFormat {
  return (time, count) => {
    const name = names[read(time)] ?? '';
    return count >= 4 ? name : name.slice(0, 3);
  };
}

const yearOfEra = (time: LocalTime): number => {
  const proleptic = time.fields.getUTCFullYear();
  return proleptic > 0 ? proleptic : 1 - proleptic;
};
const month = (time: LocalTime): number => time.fields.getUTCMonth() + 1;
const hour = (time: LocalTime): number => time.fields.getUTCHours();
const weekday = (time: LocalTime): number => (time.fields.getUTCDay() + 6) % 7;

function dayOfYear({ fields }: LocalTime): number {
  return Math.floor((fields.getTime() - utcMillis(fields.getUTCFullYear(), 1, 1, 0)) / DAY_MS) + 1;
}

/** ISO 8601: a week belongs to the year of its Thursday. */
function isoWeek(time: LocalTime): { weekYear: number; week: number } {
  const thursday = new Date(time.fields.getTime() + (3 - weekday(time)) * DAY_MS);
  const weekYear = thursday.getUTCFullYear();
  return { weekYear, week: Math.floor((thursday.getTime() - utcMillis(weekYear, 1, 1, 0)) / DAY_MS / 7) + 1 };
}

const monthName = text(MONTHS, (time) => month(time) - 1);
const monthNumber = number(month);

/** `X` as in java.time: hours, then minutes, then with a colon; Z for none. */
const isoOffset: FieldFormat = ({ offsetMs }, count) => {
  if (offsetMs === 0) return 'Z';
  const whole = offsetText(offsetMs, count >= 3 ? ':' : '');
  return count === 1 && whole.endsWith('00') ? whole.slice(0, 3) : whole;
};

/** The letters of Joda-Time, and of java.time where Joda-Time has none. */
const FIELDS: Readonly<Record<string, FieldFormat | undefined>> = {
  G: (time) => (time.fields.getUTCFullYear() > 0 ? 'AD' : 'BC'),
  C: number((time) => Math.floor(yearOfEra(time) / 100)),
  Y: year(yearOfEra),
  y: year((time) => time.fields.getUTCFullYear()),
  u: year((time) => time.fields.getUTCFullYear()),
  x: year((time) => isoWeek(time).weekYear),
  w: number((time) => isoWeek(time).week),
  e: number((time) => weekday(time) + 1),
  E: text(WEEKDAYS, weekday),
  D: number(dayOfYear),
  Q: number((time) => Math.ceil(month(time) / 3)),
  M: (time, count) => (count >= 3 ? monthName(time, count) : monthNumber(time, count)),
  d: number((time) => time.fields.getUTCDate()),
  a: (time) => (hour(time) < 12 ? 'AM' : 'PM'),
  K: number((time) => hour(time) % 12),
  h: number((time) => hour(time) % 12 || 12),
  H: number(hour),
  k: number((time) => hour(time) || 24),
  m: number((time) => time.fields.getUTCMinutes()),
  s: number((time) => time.fields.getUTCSeconds()),
  S: (time, count) => padded(time.fields.getUTCMilliseconds(), 3).padEnd(count, '0').slice(0, count),
  z: (time, count) => time.zone.nameAt(time.epochMs, count >= 4 ? 'long' : 'short'),
  Z: (time, count) => (count >= 3 ? time.zone.id : offsetText(time.offsetMs, count === 2 ? ':' : '')),
  V: (time) => time.zone.id,
  X: isoOffset,
};
