import { z } from 'zod';
import { command, event } from './contract.js';
import { jsonObject } from './json.js';
import { ruleName } from './names.js';
import { tags } from './registry/fields.js';

/** One action: an object with exactly one key that names it, as in `{ "republish": { "topic": "alerts" } }`. */
const action = jsonObject;

const topicRulePayload = z.strictObject({
  sql: z.string().min(1),
  description: z.string().max(2028).default(''),
  awsIotSqlVersion: z.enum(['2015-10-08', '2016-03-23', 'beta']).default('2015-10-08'),
  ruleDisabled: z.boolean().default(false),
  /** `SHADOW`: evaluated on live messages and counted, but its actions are muted. Not of AWS. */
  mode: z.enum(['LIVE', 'SHADOW']).default('LIVE'),
  actions: z.array(action).max(10, 'a rule has at most 10 actions'),
  errorAction: action.optional(),
});

/** The document of a rule, as AWS IoT writes it. */
export type TopicRulePayload = z.output<typeof topicRulePayload>;

const topicRule = topicRulePayload.extend({
  ruleName: z.string(),
  ruleArn: z.string(),
  /** Absent for a rule without FROM, which only Basic Ingest reaches. */
  topicPattern: z.string().optional(),
  /** A version in mode `SHADOW` that runs beside the live one. */
  shadowVersion: topicRulePayload.optional(),
  /** Milliseconds since the epoch. */
  createdAt: z.int(),
});

/** A rule as it is stored. */
export type TopicRule = z.output<typeof topicRule>;

/** Creates a rule. Its SQL and every action are checked first; what is not supported is refused by name. */
export const createTopicRule = command('rules', 'rule.create.v1', {
  request: z.strictObject({ ruleName, payload: topicRulePayload, tags: tags.default({}) }),
  reply: topicRule,
});

/**
 * Replaces the whole document of a rule; its ARN and creation date stay. A document in mode `SHADOW` does not replace a
 * live one but runs beside it, until a live document takes the place of both.
 */
export const replaceTopicRule = command('rules', 'rule.replace.v1', {
  request: z.strictObject({ ruleName, payload: topicRulePayload }),
  reply: topicRule,
});

/** Puts a rule in force again. */
export const enableTopicRule = command('rules', 'rule.enable.v1', {
  request: z.strictObject({ ruleName }),
  reply: topicRule,
});

/** Keeps a rule from running, by Basic Ingest too; what it has taken already is finished when it is enabled again. */
export const disableTopicRule = command('rules', 'rule.disable.v1', {
  request: z.strictObject({ ruleName }),
  reply: topicRule,
});

/** One rule. */
export const getTopicRule = command('rules', 'rule.get.v1', {
  request: z.strictObject({ ruleName }),
  reply: topicRule,
});

/** All rules that meet what is given, by name. */
export const listTopicRules = command('rules', 'rule.list.v1', {
  request: z.strictObject({
    namePrefix: ruleName.optional(),
    /** A topic that their topic filter matches. */
    topic: z.string().min(1).max(512).optional(),
    ruleDisabled: z.boolean().optional(),
  }),
  reply: z.object({ rules: z.array(topicRule) }),
});

/** Deletes a rule. */
export const deleteTopicRule = command('rules', 'rule.delete.v1', {
  request: z.strictObject({ ruleName }),
  reply: z.object({}),
});

/**
 * Where an HTTP action may deliver to. AWS: `IN_PROGRESS` until the token that was sent there comes back, then `ENABLED`;
 * `DISABLED` when it is held back; `ERROR` when the token could not be sent.
 */
const destinationStatus = z.enum(['IN_PROGRESS', 'ENABLED', 'DISABLED', 'ERROR']);

/** The state of a destination of HTTP actions. */
export type DestinationStatus = z.output<typeof destinationStatus>;

const topicRuleDestination = z.object({
  arn: z.string(),
  confirmationUrl: z.string(),
  status: destinationStatus,
  /** Why the status is what it is, if that is not plain. */
  statusReason: z.string().optional(),
  /** Milliseconds since the epoch. */
  createdAt: z.int(),
  lastUpdatedAt: z.int(),
});

/** A destination of HTTP actions. */
export type TopicRuleDestination = z.output<typeof topicRuleDestination>;

/**
 * Creates a destination and sends a token to its URL; whoever reads it there proves that the URL is theirs.
 * InvalidRequest for a URL that may not be called, ResourceAlreadyExists when it is a destination already.
 */
export const createTopicRuleDestination = command('rules', 'destination.create.v1', {
  request: z.strictObject({ confirmationUrl: z.string().min(1).max(2048) }),
  reply: topicRuleDestination,
});

/** One destination. */
export const getTopicRuleDestination = command('rules', 'destination.get.v1', {
  request: z.strictObject({ arn: z.string() }),
  reply: topicRuleDestination,
});

/** A page of destinations in the order of their ARNs, those after `after`. */
export const listTopicRuleDestinations = command('rules', 'destination.list.v1', {
  request: z.strictObject({ after: z.string().optional(), limit: z.int().min(1).max(250).default(100) }),
  reply: z.object({ destinations: z.array(topicRuleDestination), nextToken: z.string().optional() }),
});

/**
 * Changes the status. AWS: `ENABLED` and `DISABLED` are for destinations that were confirmed; `IN_PROGRESS` sends a new
 * token to one that was not. InvalidRequest for any other change.
 */
export const updateTopicRuleDestination = command('rules', 'destination.update.v1', {
  request: z.strictObject({ arn: z.string(), status: destinationStatus.exclude(['ERROR']) }),
  reply: topicRuleDestination,
});

/** Enables the destination that the token was sent to. InvalidRequest for a token that is none, or not the last one. */
export const confirmTopicRuleDestination = command('rules', 'destination.confirm.v1', {
  request: z.strictObject({ confirmationToken: z.string().min(1).max(2048) }),
  reply: topicRuleDestination,
});

/** Deletes a destination; actions that deliver there fail. */
export const deleteTopicRuleDestination = command('rules', 'destination.delete.v1', {
  request: z.strictObject({ arn: z.string() }),
  reply: z.object({}),
});

/** For every replica of rules: a destination was created, changed or deleted. */
export const destinationsChanged = event('rules', 'destinations.changed.v1', 'broadcast', z.object({}));

/** For every replica of rules: the set of rules changed. */
export const rulesChanged = event('rules', 'rules.changed.v1', 'broadcast', z.object({ revision: z.int() }));
