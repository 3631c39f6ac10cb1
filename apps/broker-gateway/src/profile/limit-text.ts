import { z } from 'zod';
import type { LimitEntry } from './profile-entry.js';

/** What a limit may be set to, as the end of "it must be …". */
export function rangeOf({ least = 1, most }: LimitEntry): string {
  return most === undefined
    ? `a whole number from ${least} on, or "unlimited"`
    : `a whole number from ${least} to ${most}`;
}

/** Reads a limit as text; `undefined` when it cannot be that. */
export function readLimit(text: string, { least = 1, most }: LimitEntry): number | undefined {
  if (text === 'unlimited') return most === undefined ? Infinity : undefined;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  return value >= least && value <= (most ?? Number.MAX_SAFE_INTEGER) ? value : undefined;
}

/** A limit as text. */
export function limitText(value: number): string {
  return value === Infinity ? 'unlimited' : String(value);
}

/** A setting that replaces a limit; not set leaves what the profile says. */
export function limitSchema(entry: LimitEntry) {
  return z
    .string()
    .transform((text, context) => {
      const value = readLimit(text, entry);
      if (value !== undefined) return value;
      context.addIssue({ code: 'custom', message: `must be ${rangeOf(entry)}` });
      return z.NEVER;
    })
    .optional();
}
