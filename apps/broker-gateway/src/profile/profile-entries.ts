import { CONNECTION_ENTRIES } from './entries/connection-entries.js';
import { MESSAGE_ENTRIES } from './entries/message-entries.js';
import { RATE_ENTRIES } from './entries/rate-entries.js';
import { RETAINED_ENTRIES } from './entries/retained-entries.js';
import { SESSION_ENTRIES } from './entries/session-entries.js';
import { SUBSCRIPTION_ENTRIES } from './entries/subscription-entries.js';
import type { ProfileEntries } from './profile-entry.js';

/** Everything that profiles say. */
export const PROFILE_ENTRIES = {
  ...CONNECTION_ENTRIES,
  ...SESSION_ENTRIES,
  ...MESSAGE_ENTRIES,
  ...SUBSCRIPTION_ENTRIES,
  ...RETAINED_ENTRIES,
  ...RATE_ENTRIES,
};

/** The same by subject, for people. */
export const PROFILE_SECTIONS: Readonly<Record<string, ProfileEntries>> = {
  Connections: CONNECTION_ENTRIES,
  Sessions: SESSION_ENTRIES,
  Messages: MESSAGE_ENTRIES,
  Subscriptions: SUBSCRIPTION_ENTRIES,
  'Retained messages': RETAINED_ENTRIES,
  Rates: RATE_ENTRIES,
};
