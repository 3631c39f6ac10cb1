import { readConfig } from '#thingcore/platform';
import { PROFILE_ENTRIES } from './profile-entries.js';
import type { ProfileName, ProfileValue, ValuesOf } from './profile-entry.js';
import { type ProfileConfig, profileSettings } from './profile.settings.js';

/**
 * What the broker does where dialects of MQTT differ, and where its limits are. It is made once, at the start; nobody asks
 * for its name to decide anything. Every value is described where it stands, in `entries/`.
 */
export interface BrokerProfile extends ValuesOf<typeof PROFILE_ENTRIES> {
  readonly name: ProfileName;
}

/** Where the {@link BrokerProfile} in force is found. */
export const BROKER_PROFILE = Symbol('BrokerProfile');

const OWN_SETTINGS = Object.keys(profileSettings) as (keyof ProfileConfig)[];

/** The profile that the settings choose, with what they change in it: a setting of its own goes before the common one. */
export function brokerProfile(config: ProfileConfig): BrokerProfile {
  const changes: Readonly<Record<string, unknown>> = {
    ...config.limits,
    ...Object.fromEntries(OWN_SETTINGS.flatMap((key) => (config[key] === undefined ? [] : [[key, config[key]]]))),
  };
  const values = Object.entries(PROFILE_ENTRIES).map(([key, entry]) => [
    key,
    (changes[key] ?? entry[config.profile]) as ProfileValue,
  ]);
  return Object.freeze({ ...Object.fromEntries(values), name: config.profile } as BrokerProfile);
}

/** A profile as it is without any change. */
export function profileNamed(name: ProfileName): BrokerProfile {
  return brokerProfile({ ...readConfig(profileSettings, {}), profile: name });
}
