import type { IdGenerator } from '#thingcore/platform';

/** Nine digits to base 36 hold milliseconds until the year 5188. */
const TIME_DIGITS = 9;
const TIME_BASE = 36;

/** Bytes that tell ids of several nodes apart which were made in the same millisecond. */
const RANDOM_BYTES = 6;

/** Makes ids that sort by time: short enough for an MQTT Reason String, and unique among all nodes. */
export class DenialIds {
  private last = 0;

  constructor(private readonly ids: IdGenerator) {}

  /** An id for a denial of now (milliseconds since the epoch); it sorts behind all that were made here before. */
  next(now: number): string {
    this.last = Math.max(now, this.last + 1);
    const time = this.last.toString(TIME_BASE).padStart(TIME_DIGITS, '0');
    return `${time}-${this.ids.secret(RANDOM_BYTES)}`;
  }
}
