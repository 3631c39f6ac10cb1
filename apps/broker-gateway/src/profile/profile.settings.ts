import { type ConfigOf, type Setting, setting } from '#thingcore/platform';
import { z } from 'zod';
import { limitSchema, limitText, rangeOf, readLimit } from './limit-text.js';
import { PROFILE_ENTRIES } from './profile-entries.js';
import type { LimitEntry } from './profile-entry.js';

const entries = PROFILE_ENTRIES;

/** The entries that are numbers, by name. */
const LIMITS = new Map<string, LimitEntry>(
  Object.entries(entries).flatMap(([key, entry]) => (typeof entry.aws === 'number' ? [[key, entry]] : [])),
);

function override(name: `THINGCORE_BROKER_${string}`, entry: LimitEntry) {
  const { what, aws, mqtt } = entry;
  return setting(
    name,
    limitSchema(entry),
    `${what}: ${rangeOf(entry)}, instead of the profile's (aws: ${limitText(aws)}, mqtt: ${limitText(mqtt)})`,
  );
}

/** Reads `name=value` pairs. */
function readLimits(text: string, context: z.RefinementCtx): Readonly<Record<string, number>> {
  const limits: Record<string, number> = {};
  for (const pair of text.split(',').map((part) => part.trim())) {
    if (pair === '') continue;
    const [name = '', value = ''] = pair.split('=').map((part) => part.trim());
    const entry = LIMITS.get(name);
    const limit = entry && readLimit(value, entry);
    if (limit !== undefined) limits[name] = limit;
    else if (entry !== undefined) fault(context, `must give ${name} ${rangeOf(entry)}`);
    else fault(context, `names ${JSON.stringify(name)}, which is no limit: docs/broker-profiles.md has their names`);
  }
  return limits;
}

function fault(context: z.RefinementCtx, message: string): void {
  context.addIssue({ code: 'custom', message });
}

/**
 * The profile, and what an operator may change in it. What AWS raises on request, and its limits for a whole account, have
 * a setting each, named by the entry that it replaces; the limits that clients rely on are changed together in one.
 */
export const profileSettings = {
  profile: setting(
    'THINGCORE_BROKER_PROFILE',
    z.enum(['aws', 'mqtt'], { error: 'must be aws or mqtt' }).default('aws'),
    'Dialect of MQTT: `aws` has the rules and limits of AWS IoT Core, `mqtt` those of the standard; docs/broker-profiles.md names every difference',
  ),
  limits: setting(
    'THINGCORE_BROKER_LIMITS',
    z.string().default('').transform(readLimits),
    'Limits that are other than in the profile, such as `publishesPerSecond=1000, keepAliveMinimumSeconds=5`; docs/broker-profiles.md has the names',
  ),
  answersDeniedConnectV3: setting(
    'THINGCORE_BROKER_ANSWER_DENIED_CONNECT',
    z
      .enum(['on', 'off'], { error: 'must be on or off' })
      .transform((value) => value === 'on')
      .optional(),
    `${entries.answersDeniedConnectV3.what}: \`on\` or \`off\`, instead of the profile's (aws: off, mqtt: on)`,
  ),
  connections: override('THINGCORE_BROKER_CONNECTIONS', entries.connections),
  connectsPerSecond: override('THINGCORE_BROKER_CONNECTS_PER_SECOND', entries.connectsPerSecond),
  flappingConnects: override('THINGCORE_BROKER_FLAPPING_CONNECTS', entries.flappingConnects),
  flappingRestSeconds: override('THINGCORE_BROKER_FLAPPING_REST_SECONDS', entries.flappingRestSeconds),
  socketsPerSecondPerAddress: override(
    'THINGCORE_BROKER_ADDRESS_SOCKETS_PER_SECOND',
    entries.socketsPerSecondPerAddress,
  ),
  handshakesPerAddress: override('THINGCORE_BROKER_ADDRESS_HANDSHAKES', entries.handshakesPerAddress),
  handshakes: override('THINGCORE_BROKER_HANDSHAKES', entries.handshakes),
  publishesPerSecondOfAll: override('THINGCORE_BROKER_PUBLISHES_PER_SECOND', entries.publishesPerSecondOfAll),
  deliveriesPerSecondToAll: override('THINGCORE_BROKER_DELIVERIES_PER_SECOND', entries.deliveriesPerSecondToAll),
  sessionExpirySeconds: override('THINGCORE_BROKER_SESSION_EXPIRY_SECONDS', entries.sessionExpirySeconds),
  storedMessagesPerSession: override('THINGCORE_BROKER_STORED_MESSAGES_PER_SESSION', entries.storedMessagesPerSession),
  queuedMessagesPerSecond: override('THINGCORE_BROKER_QUEUED_MESSAGES_PER_SECOND', entries.queuedMessagesPerSecond),
  subscriptionsPerConnection: override(
    'THINGCORE_BROKER_SUBSCRIPTIONS_PER_CONNECTION',
    entries.subscriptionsPerConnection,
  ),
  subscriptions: override('THINGCORE_BROKER_SUBSCRIPTIONS', entries.subscriptions),
  subscriptionChangesPerSecond: override(
    'THINGCORE_BROKER_SUBSCRIPTION_CHANGES_PER_SECOND',
    entries.subscriptionChangesPerSecond,
  ),
  membersPerSharedGroup: override('THINGCORE_BROKER_SHARED_GROUP_MEMBERS', entries.membersPerSharedGroup),
  retainedMessages: override('THINGCORE_BROKER_RETAINED_MESSAGES', entries.retainedMessages),
  retainedPublishesPerSecond: override(
    'THINGCORE_BROKER_RETAINED_PUBLISHES_PER_SECOND',
    entries.retainedPublishesPerSecond,
  ),
  retainedReadsPerSecond: override('THINGCORE_BROKER_RETAINED_READS_PER_SECOND', entries.retainedReadsPerSecond),
  retainedListsPerSecond: override('THINGCORE_BROKER_RETAINED_LISTS_PER_SECOND', entries.retainedListsPerSecond),
  keyCreationsPerSecond: override('THINGCORE_BROKER_KEY_CREATIONS_PER_SECOND', entries.keyCreationsPerSecond),
  certificateSigningsPerSecond: override(
    'THINGCORE_BROKER_CERTIFICATE_SIGNINGS_PER_SECOND',
    entries.certificateSigningsPerSecond,
  ),
  thingRegistrationsPerSecond: override(
    'THINGCORE_BROKER_THING_REGISTRATIONS_PER_SECOND',
    entries.thingRegistrationsPerSecond,
  ),
} satisfies Partial<Record<keyof typeof PROFILE_ENTRIES | 'profile' | 'limits', Setting>>;

/** Which profile it shall be, and what shall be different in it. */
export type ProfileConfig = ConfigOf<typeof profileSettings>;
