import { z } from 'zod';
import { command, event } from './contract.js';
import { jsonObject } from './json.js';
import { ruleName } from './names.js';

/** One action: an object with exactly one key that names it, as in `{ "republish": { "topic": "alerts" } }`. */
const action = jsonObject;

const topicRulePayload = z.strictObject({
  sql: z.string().min(1),
  description: z.string().max(2028).default(''),
  awsIotSqlVersion: z.enum(['2015-10-08', '2016-03-23', 'beta']).default('2015-10-08'),
  ruleDisabled: z.boolean().default(false),
  actions: z.array(action).max(10, 'a rule has at most 10 actions'),
  errorAction: action.optional(),
});

/** The document of a rule, as AWS IoT writes it. */
export type TopicRulePayload = z.output<typeof topicRulePayload>;

const topicRule = topicRulePayload.extend({
  ruleName: z.string(),
  ruleArn: z.string(),
  topicPattern: z.string().optional(),
  /** Milliseconds since the epoch. */
  createdAt: z.int(),
});

/** A rule as it is stored. */
export type TopicRule = z.output<typeof topicRule>;

/** Creates a rule. Its SQL and every action are checked first; what is not supported is refused by name. */
export const createTopicRule = command('rules', 'rule.create.v1', {
  request: z.strictObject({ ruleName, payload: topicRulePayload }),
  reply: topicRule,
});

/** Replaces the whole document of a rule; its ARN and creation date stay. */
export const replaceTopicRule = command('rules', 'rule.replace.v1', {
  request: z.strictObject({ ruleName, payload: topicRulePayload }),
  reply: topicRule,
});

/** One rule. */
export const getTopicRule = command('rules', 'rule.get.v1', {
  request: z.strictObject({ ruleName }),
  reply: topicRule,
});

/** All rules, by name. */
export const listTopicRules = command('rules', 'rule.list.v1', {
  request: z.strictObject({}),
  reply: z.object({ rules: z.array(topicRule) }),
});

/** Deletes a rule. */
export const deleteTopicRule = command('rules', 'rule.delete.v1', {
  request: z.strictObject({ ruleName }),
  reply: z.object({}),
});

/** For every replica of rules: the set of rules changed. */
export const rulesChanged = event('rules', 'rules.changed.v1', 'broadcast', z.object({ revision: z.int() }));
