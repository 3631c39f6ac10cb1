/**
 * A piece of a date pattern: a run of one letter, or text that stands for itself. A bracket without quotes is text to
 * Joda-Time, and the begin or end of an optional section to java.time.
 */
export type PatternPart =
  | { readonly kind: 'field'; readonly letter: string; readonly count: number }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bracket'; readonly text: string };

/** Longer patterns, and longer runs of one letter, are no patterns. */
const MAX_PATTERN = 256;
const MAX_RUN = 19;

/** Splits a pattern; quotes enclose literal text, two of them are one quote. Undefined when a quote stays open. */
export function splitPattern(pattern: string): PatternPart[] | undefined {
  if (pattern.length > MAX_PATTERN) return undefined;
  const parts: PatternPart[] = [];
  let position = 0;
  while (position < pattern.length) {
    const run = /^([A-Za-z])\1*/.exec(pattern.slice(position))?.[0];
    if (run !== undefined) {
      if (run.length > MAX_RUN) return undefined;
      parts.push({ kind: 'field', letter: run.charAt(0), count: run.length });
      position += run.length;
      continue;
    }
    const literal = /^(?:''|'((?:[^']|'')+)'|[^A-Za-z'])/.exec(pattern.slice(position));
    if (literal === null) return undefined;
    const [whole, quoted] = literal;
    const kind = whole === '[' || whole === ']' ? 'bracket' : 'text';
    parts.push({ kind, text: quoted?.replaceAll("''", "'") ?? (whole === "''" ? "'" : whole) });
    position += whole.length;
  }
  return parts;
}

/** English month names, January first. */
export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

/** English weekday names, Monday first. */
export const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

export const DAY_MS = 86_400_000;

/** Milliseconds since the epoch of a date and time of day in UTC; unlike Date.UTC it takes the years 0 to 99 as such. */
export function utcMillis(year: number, month: number, day: number, timeOfDayMs: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime() + timeOfDayMs;
}

/** The number of days of a month, 1 to 12. */
export function daysInMonth(year: number, month: number): number {
  return new Date(utcMillis(year, month + 1, 0, 0)).getUTCDate();
}
