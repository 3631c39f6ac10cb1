/** The dialects of MQTT that a broker can speak. */
export type ProfileName = 'aws' | 'mqtt';

/** A value of a profile. A limit of `Infinity` is none. */
export type ProfileValue = number | boolean | string;

/** One thing that profiles say, with what each of them says. */
export interface ProfileEntry<V extends ProfileValue> {
  /** What it is; of a limit with its unit. */
  readonly what: string;
  /** As AWS IoT Core documents it. */
  readonly aws: V;
  /** As the standard has it, within what one process can bear. */
  readonly mqtt: V;
  /** What becomes of a client that goes beyond it. */
  readonly effect?: string;
  /** Where the values come from, in words. */
  readonly source: string;
}

/** Entries by the name that code uses. */
export type ProfileEntries = Readonly<Record<string, ProfileEntry<ProfileValue>>>;

/** The values that a set of entries gives one profile. */
export type ValuesOf<E extends ProfileEntries> = {
  readonly [K in keyof E]: E[K] extends ProfileEntry<infer V> ? V : never;
};

/** An entry that is a number, and what an operator may make of it. */
export interface LimitEntry extends ProfileEntry<number> {
  /** The least it may be set to; 1 unless told. */
  readonly least?: number;
  /** The most it may be set to; without it, it may be set to be unlimited too. */
  readonly most?: number;
}

/** An entry that is a number. */
export function limit(entry: LimitEntry): LimitEntry {
  return entry;
}

/** An entry that is a yes or no. */
export function rule(entry: ProfileEntry<boolean>): ProfileEntry<boolean> {
  return entry;
}

/** An entry that is one of several words. */
export function choice<V extends string>(entry: ProfileEntry<V>): ProfileEntry<V> {
  return entry;
}
