import { parseProvisioningTopic, type ProvisioningTopic } from './provisioning-topics.js';

/** AWS: the name of a thing. */
export const THING_NAME_PATTERN = /^[a-zA-Z0-9:_-]{1,128}$/;

/** AWS: the name of a named shadow. The classic shadow has none. */
export const SHADOW_NAME_PATTERN = /^[$a-zA-Z0-9:_-]{1,64}$/;

/** AWS: the name of a topic rule. */
export const RULE_NAME_PATTERN = /^[a-zA-Z0-9_]{1,128}$/;

const SHADOW_OPERATIONS = ['get', 'update', 'delete'] as const;
const PRESENCE_EVENTS = ['connected', 'disconnected', 'connect_failed'] as const;
const SUBSCRIPTION_EVENTS = ['subscribed', 'unsubscribed'] as const;

/** What a device may ask of a shadow. */
export type ShadowOperation = (typeof SHADOW_OPERATIONS)[number];

/** What is said about a shadow operation; `delta` and `documents` follow an update only. */
export type ShadowOutcome = 'accepted' | 'rejected' | 'delta' | 'documents';

/** What happens to a connection. */
export type PresenceEvent = (typeof PRESENCE_EVENTS)[number];

/** What happens to the subscriptions of a client. */
export type SubscriptionEvent = (typeof SUBSCRIPTION_EVENTS)[number];

/**
 * What a topic under `$` means.
 *
 * - `shadow-request`, `provisioning-request`, `basic-ingest`: devices publish, Thingcore consumes.
 * - `shadow-response`, `provisioning-answer`, `presence`, `subscription-event`: Thingcore publishes, devices may only
 *   subscribe.
 * - `unknown`: nothing; publishing and subscribing are refused.
 */
export type ReservedTopic =
  | {
      readonly kind: 'shadow-request';
      readonly thingName: string;
      /** Absent for the classic shadow. */
      readonly shadowName?: string;
      readonly operation: ShadowOperation;
    }
  | {
      readonly kind: 'shadow-response';
      readonly thingName: string;
      readonly shadowName?: string;
      readonly operation: ShadowOperation;
      readonly outcome: ShadowOutcome;
    }
  | {
      readonly kind: 'basic-ingest';
      readonly ruleName: string;
      /** The topic as the rule sees it, without `$aws/rules/<ruleName>/`; may be empty. */
      readonly topic: string;
    }
  | ProvisioningTopic
  | { readonly kind: 'presence'; readonly event: PresenceEvent; readonly clientId: string }
  | { readonly kind: 'subscription-event'; readonly event: SubscriptionEvent; readonly clientId: string }
  | { readonly kind: 'unknown' };

const UNKNOWN: ReservedTopic = { kind: 'unknown' };

/**
 * Reads a topic name that starts with `$`; `undefined` for every other topic. A name that is out of its pattern makes
 * the whole topic `unknown`. Meant for topic names; topic filters are not parsed.
 */
export function parseReservedTopic(topic: string): ReservedTopic | undefined {
  if (!topic.startsWith('$')) return undefined;
  if (topic.startsWith('$aws/things/')) return parseThingTopic(topic.split('/'));
  if (topic.startsWith('$aws/rules/')) return parseBasicIngest(topic);
  if (topic.startsWith('$aws/events/')) return parseLifecycleEvent(topic.split('/'));
  return parseProvisioningTopic(topic) ?? UNKNOWN;
}

/** The part of a Basic Ingest topic behind `$aws/rules/<rule>/`; `undefined` for every other topic. */
export function basicIngestRest(topic: string): string | undefined {
  const parsed = topic.startsWith('$aws/rules/') ? parseBasicIngest(topic) : UNKNOWN;
  return parsed.kind === 'basic-ingest' ? parsed.topic : undefined;
}

/** `$aws/things/{thing}/shadow[/name/{shadow}]/{operation}[/{outcome}]` */
function parseThingTopic(levels: readonly string[]): ReservedTopic {
  const [, , thingName = '', section, next] = levels;
  if (!THING_NAME_PATTERN.test(thingName) || section !== 'shadow') return UNKNOWN;
  if (next !== 'name') return parseShadowOperation({ thingName }, levels.slice(4));

  const shadowName = levels[5] ?? '';
  if (!SHADOW_NAME_PATTERN.test(shadowName)) return UNKNOWN;
  return parseShadowOperation({ thingName, shadowName }, levels.slice(6));
}

function parseShadowOperation(
  shadow: { thingName: string; shadowName?: string },
  levels: readonly string[],
): ReservedTopic {
  const [operation, outcome] = levels;
  if (levels.length > 2 || !isOneOf(SHADOW_OPERATIONS, operation)) return UNKNOWN;
  if (outcome === undefined) return { kind: 'shadow-request', ...shadow, operation };
  if (!isOutcomeOf(operation, outcome)) return UNKNOWN;
  return { kind: 'shadow-response', ...shadow, operation, outcome };
}

function isOutcomeOf(operation: ShadowOperation, outcome: string): outcome is ShadowOutcome {
  if (outcome === 'accepted' || outcome === 'rejected') return true;
  return operation === 'update' && (outcome === 'delta' || outcome === 'documents');
}

/** `$aws/rules/{rule}[/{topic}]`; AWS: "Reducing messaging costs with Basic Ingest". */
function parseBasicIngest(topic: string): ReservedTopic {
  const [, , ruleName = '', ...rest] = topic.split('/');
  return RULE_NAME_PATTERN.test(ruleName) ? { kind: 'basic-ingest', ruleName, topic: rest.join('/') } : UNKNOWN;
}

/** `$aws/events/presence/{event}/{clientId}` and `$aws/events/subscriptions/{event}/{clientId}` */
function parseLifecycleEvent(levels: readonly string[]): ReservedTopic {
  const [, , family, event, ...rest] = levels;
  const clientId = rest.join('/'); // a client id may contain slashes
  if (clientId === '' || /[+#]/.test(clientId)) return UNKNOWN;
  if (family === 'presence' && isOneOf(PRESENCE_EVENTS, event)) return { kind: 'presence', event, clientId };
  if (family === 'subscriptions' && isOneOf(SUBSCRIPTION_EVENTS, event)) {
    return { kind: 'subscription-event', event, clientId };
  }
  return UNKNOWN;
}

function isOneOf<const T extends string>(allowed: readonly T[], value: string | undefined): value is T {
  return (allowed as readonly (string | undefined)[]).includes(value);
}
