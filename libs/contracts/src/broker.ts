import { z } from 'zod';
import { command, event } from './contract.js';
import { bytes } from './json.js';
import { certificateId, thingName } from './names.js';
import { authorizationResult } from './registry/authorization.js';

/** The MQTT 5 properties that travel with a message, checked. */
export const messageProperties = z.object({
  payloadFormatIndicator: z.boolean().optional(),
  contentType: z.string().optional(),
  responseTopic: z.string().optional(),
  correlationData: bytes.optional(),
  messageExpiryInterval: z.int().min(0).optional(),
  userProperties: z.array(z.tuple([z.string(), z.string()])).optional(),
});

/** The MQTT 5 properties that travel with a message. */
export type MessageProperties = z.output<typeof messageProperties>;

/** What led to a message, for logs and traces. */
const cause = {
  /** The id of the message or request that began the chain; absent when that is the message itself. */
  correlationId: z.string().optional(),
  /** W3C Trace Context, within a trace. */
  traceparent: z.string().optional(),
};

/** A message as the broker took it in, checked. */
export const brokerMessage = z.object({
  topic: z.string(),
  payload: bytes,
  qos: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  retain: z.boolean(),
  properties: messageProperties.optional(),
  /** The client that published; absent when the platform itself did. */
  clientId: z.string().optional(),
  /** The certificate id of the publisher, or `anonymous`. */
  principal: z.string().optional(),
  sourceIp: z.string().optional(),
  /** How often a rule has republished what led to this message. */
  hops: z.int().min(0),
  /** When the broker took the message, in milliseconds since the epoch. */
  timestamp: z.int(),
  messageId: z.string(),
  ...cause,
});

/** A message as the broker took it in. */
export type BrokerMessage = z.output<typeof brokerMessage>;

/** The id that all log lines carry which a message leads to: that of the message or request that began the chain. */
export function correlationIdOf({ correlationId, messageId }: BrokerMessage): string {
  return correlationId ?? messageId;
}

const publishRequest = z.strictObject({
  topic: z.string(),
  payload: bytes,
  qos: z.union([z.literal(0), z.literal(1)]).default(0),
  retain: z.boolean().default(false),
  properties: messageProperties.optional(),
  hops: z.int().min(0).default(0),
  ...cause,
});

/** Publishes a message in the name of the platform; answers when the broker has taken it. */
export const publishMessage = command('broker', 'message.publish.v1', {
  request: publishRequest,
  reply: z.object({ messageId: z.string() }),
});

/** As {@link publishMessage} for several messages, each on its own: `failures` are those that were not taken. */
export const publishMessages = command('broker', 'message.publishMany.v1', {
  request: z.strictObject({ messages: z.array(publishRequest).min(1).max(256) }),
  reply: z.object({
    failures: z.array(
      z.object({
        index: z.int(),
        error: z.object({ code: z.string(), message: z.string(), retryable: z.boolean() }),
      }),
    ),
  }),
});

/**
 * Tells the broker which topic filters rules listen to; only messages that match one of them leave it as
 * {@link messageMatched}. A set with a lower revision than the one in force is ignored.
 */
export const replaceRuleFilters = command('broker', 'ruleFilters.replace.v1', {
  request: z.strictObject({ revision: z.int().min(0), filters: z.array(z.string()) }),
  reply: z.object({}),
});

/**
 * Opens, or renews, a live view on the messages of a topic filter, for `leaseMs` from now. The messages come as
 * {@link tapMatched}.
 */
export const openTap = command('broker', 'tap.open.v1', {
  request: z.strictObject({ tapId: z.uuid(), topicFilter: z.string(), leaseMs: z.int().min(1000).max(300_000) }),
  reply: z.object({}),
});

/** Closes a live view before its lease ends. */
export const closeTap = command('broker', 'tap.close.v1', {
  request: z.strictObject({ tapId: z.uuid() }),
  reply: z.object({}),
});

/** Messages that match a rule's filter. A QoS 1 publish is acknowledged to its device only after this event is safe. */
export const messageMatched = event(
  'broker',
  'message.matched.v1',
  'group',
  z.object({ messages: z.array(brokerMessage).min(1) }),
);

/** Messages that match open taps. */
export const tapMatched = event(
  'broker',
  'tap.matched.v1',
  'broadcast',
  z.object({ hits: z.array(z.object({ tapIds: z.array(z.string()), message: brokerMessage })).min(1) }),
);

/** A broker node came up and wants to know the filters in force. */
export const brokerNodeStarted = event('broker', 'brokerNode.started.v1', 'group', z.object({ nodeId: z.string() }));

/** For every broker node: the filters of the rules changed. */
export const ruleFiltersReplaced = event(
  'broker',
  'ruleFilters.replaced.v1',
  'broadcast',
  z.object({ revision: z.int(), filters: z.array(z.string()) }),
);

/** For every broker node: a tap was opened or renewed; an absent filter says that it was closed. */
export const tapChanged = event(
  'broker',
  'tap.changed.v1',
  'broadcast',
  z.object({ tapId: z.string(), topicFilter: z.string().optional(), expiresAt: z.int() }),
);

const denial = authorizationResult.partial({ decision: true }).extend({
  denialId: z.string(),
  /** Milliseconds since the epoch. */
  timestamp: z.int(),
  clientId: z.string(),
  /** The certificate id of the client, or `anonymous`. */
  principal: z.string(),
  /** The thing of the connection, when it is of one. */
  thingName: z.string().optional(),
  sourceIp: z.string(),
  /** `POLICY`: the policies decided. `CERTIFICATE`: the certificate itself does not count, so no policy was asked. */
  cause: z.enum(['POLICY', 'CERTIFICATE']),
  /** How many denials of this client since the one recorded before were too many to be recorded. */
  suppressed: z.int().min(0),
});

/** Something that a client was not allowed to do, with the proof. */
export type Denial = z.output<typeof denial>;

/**
 * The last denials that meet all given filters, the newest first, or those before the cursor `before`; with the cursors
 * of those that are answered. Cursors are those of {@link listDenialsAfter}.
 */
export const listDenials = command('broker', 'denial.list.v1', {
  request: z.strictObject({
    thingName: thingName.optional(),
    certificateId: certificateId.optional(),
    clientId: z.string().max(256).optional(),
    /** What was not allowed, as policies name it: `iot:Publish`. */
    action: z.string().min(1).max(128).optional(),
    /** From this time on, in milliseconds since the epoch. */
    since: z.int().optional(),
    /** Before this time, in milliseconds since the epoch. */
    until: z.int().optional(),
    before: z.string().max(64).optional(),
    last: z.int().min(1).max(250).default(20),
  }),
  reply: z.object({ denials: z.array(denial), cursors: z.array(z.string()), hasMore: z.boolean() }),
});

/**
 * The denials behind a cursor that meet all given filters, in the order in which they were recorded, `limit` at a time, and
 * the cursor to go on from. Without `after`: none, and the cursor of now. `isForgotten` says that they are not kept so far
 * back any more. Cursors compare as texts do.
 */
export const listDenialsAfter = command('broker', 'denial.listAfter.v1', {
  request: z.strictObject({
    thingName: thingName.optional(),
    certificateId: certificateId.optional(),
    clientId: z.string().max(256).optional(),
    after: z.string().max(64).optional(),
    limit: z.int().min(1).max(250).default(100),
  }),
  reply: z.object({
    denials: z.array(z.object({ cursor: z.string(), denial })),
    cursor: z.string(),
    isForgotten: z.boolean(),
  }),
});

/** The denials of the given ids; one that is not kept any more is left out. */
export const getDenials = command('broker', 'denial.getMany.v1', {
  request: z.strictObject({ denialIds: z.array(z.string().max(64)).max(250) }),
  reply: z.object({ denials: z.array(denial) }),
});

/** Denials as they are recorded. */
export const denialsRecorded = event(
  'broker',
  'denial.recorded.v1',
  'broadcast',
  z.object({ denials: z.array(denial).min(1) }),
);
