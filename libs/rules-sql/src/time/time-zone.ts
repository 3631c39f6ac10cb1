/** A time zone: an IANA region or a fixed offset from UTC. */
export interface TimeZone {
  readonly id: string;
  /** Milliseconds to add to UTC at an instant. */
  offsetAt(epochMs: number): number;
  /** The name at an instant: an abbreviation such as CST, or the long form. */
  nameAt(epochMs: number, style: 'short' | 'long'): string;
}

const MINUTE_MS = 60_000;
const MOST_OFFSET_MS = 18 * 60 * MINUTE_MS;
const FIXED_OFFSET = /^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{2}))?(?::?(\d{2}))?$/;

/** Abbreviations that time_to_epoch() reads, with the region whose rules they follow. */
const ABBREVIATIONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    EST: 'America/New_York',
    EDT: 'America/New_York',
    CST: 'America/Chicago',
    CDT: 'America/Chicago',
    MST: 'America/Denver',
    MDT: 'America/Denver',
    PST: 'America/Los_Angeles',
    PDT: 'America/Los_Angeles',
    AKST: 'America/Anchorage',
    AKDT: 'America/Anchorage',
    HST: 'Pacific/Honolulu',
    WET: 'Europe/Lisbon',
    WEST: 'Europe/Lisbon',
    BST: 'Europe/London',
    CET: 'Europe/Paris',
    CEST: 'Europe/Paris',
    EET: 'Europe/Helsinki',
    EEST: 'Europe/Helsinki',
    MSK: 'Europe/Moscow',
    IST: 'Asia/Kolkata',
    JST: 'Asia/Tokyo',
    KST: 'Asia/Seoul',
    AEST: 'Australia/Sydney',
    AEDT: 'Australia/Sydney',
    NZST: 'Pacific/Auckland',
    NZDT: 'Pacific/Auckland',
  }),
);

/** Abbreviations are customary per country; the first of these that knows one for the region names it. */
const NAMING_LOCALES = ['en-US', 'en-GB', 'en-AU', 'en-NZ', 'en-IN', 'en-ZA', 'ja-JP', 'ko-KR'];

const zones = new Map<string, TimeZone | undefined>();
const MOST_ZONES = 700;

/** The zone of an id such as `Europe/Paris`, `UTC` or `+05:30`; undefined when there is none. */
export function findTimeZone(id: string): TimeZone | undefined {
  if (zones.has(id)) return zones.get(id);
  if (zones.size === MOST_ZONES) zones.clear();
  const zone = openTimeZone(id);
  zones.set(id, zone);
  return zone;
}

/** As {@link findTimeZone}, and an abbreviation such as CEST stands for its region. */
export function findTimeZoneByName(name: string): TimeZone | undefined {
  return findTimeZone(ABBREVIATIONS.get(name) ?? name);
}

function openTimeZone(id: string): TimeZone | undefined {
  if (['UTC', 'GMT', 'UT', 'Z'].includes(id)) return new FixedZone(id === 'Z' ? 'UTC' : id, 0);
  const fixed = FIXED_OFFSET.exec(id);
  if (fixed) return fixedZone(id, fixed);
  try {
    return new RegionZone(id);
  } catch {
    return undefined; // Intl throws RangeError for an id it does not know.
  }
}

function fixedZone(id: string, [, sign, hours, minutes, seconds]: RegExpExecArray): TimeZone | undefined {
  const size = (Number(hours) * 60 + Number(minutes ?? 0)) * MINUTE_MS + Number(seconds ?? 0) * 1000;
  return size > MOST_OFFSET_MS ? undefined : new FixedZone(id, sign === '-' ? -size : size);
}

class FixedZone implements TimeZone {
  readonly id: string;
  readonly #offset: number;

  constructor(id: string, offset: number) {
    this.id = id;
    this.#offset = offset;
  }

  offsetAt(): number {
    return this.#offset;
  }

  nameAt(_epochMs: number, style: 'short' | 'long'): string {
    return this.id === 'UTC' && style === 'long' ? 'Coordinated Universal Time' : this.id;
  }
}

/** A region of the IANA data that comes with the JavaScript engine. */
class RegionZone implements TimeZone {
  readonly id: string;
  readonly #offsets: Intl.DateTimeFormat;
  readonly #names = new Map<string, Intl.DateTimeFormat>();

  constructor(id: string) {
    this.id = id;
    this.#offsets = zoneFormat('en-US', id, 'longOffset');
  }

  offsetAt(epochMs: number): number {
    const match = FIXED_OFFSET.exec(zoneName(this.#offsets, epochMs));
    return match ? (fixedZone(this.id, match)?.offsetAt(epochMs) ?? 0) : 0;
  }

  nameAt(epochMs: number, style: 'short' | 'long'): string {
    const [first = 'en-US', ...others] = NAMING_LOCALES;
    const name = zoneName(this.#format(first, style), epochMs);
    if (style === 'long' || !isOffset(name)) return name;
    for (const locale of others) {
      const abbreviation = zoneName(this.#format(locale, style), epochMs);
      if (!isOffset(abbreviation)) return abbreviation;
    }
    return name;
  }

  #format(locale: string, style: 'short' | 'long'): Intl.DateTimeFormat {
    const key = `${locale} ${style}`;
    const format = this.#names.get(key) ?? zoneFormat(locale, this.id, style);
    this.#names.set(key, format);
    return format;
  }
}

/** Where no abbreviation is customary, the engine gives an offset such as GMT+8. */
function isOffset(name: string): boolean {
  return /[+\-\d]/.test(name);
}

function zoneFormat(
  locale: string,
  timeZone: string,
  timeZoneName: 'short' | 'long' | 'longOffset',
): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(locale, { timeZone, timeZoneName });
}

function zoneName(format: Intl.DateTimeFormat, epochMs: number): string {
  return format.formatToParts(epochMs).find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

/** An offset as text: `+0530` with the separator '' and `+05:30` with ':'. */
export function offsetText(offsetMs: number, separator: string): string {
  const minutes = Math.trunc(Math.abs(offsetMs) / MINUTE_MS);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${offsetMs < 0 ? '-' : '+'}${two(Math.trunc(minutes / 60))}${separator}${two(minutes % 60)}`;
}
