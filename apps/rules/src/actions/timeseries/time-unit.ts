import { IotError } from '#thingcore/errors';

/** AWS: `TimestreamTimestamp`, the unit of a time. */
export const TIME_UNITS = ['SECONDS', 'MILLISECONDS', 'MICROSECONDS', 'NANOSECONDS'] as const;

/** A unit of time. */
export type TimeUnit = (typeof TIME_UNITS)[number];

const NANOSECONDS: Record<TimeUnit, bigint> = {
  SECONDS: 1_000_000_000n,
  MILLISECONDS: 1_000_000n,
  MICROSECONDS: 1_000n,
  NANOSECONDS: 1n,
};

/** A whole number of units since the epoch in nanoseconds. Errors: `InvalidRequest` for any other text. */
export function nanoseconds(text: string, unit: TimeUnit): bigint {
  if (/^-?\d{1,19}$/.test(text)) return BigInt(text) * NANOSECONDS[unit];
  throw new IotError('InvalidRequest', `The timestamp must be a whole number of ${unit.toLowerCase()}, not "${text}"`);
}
