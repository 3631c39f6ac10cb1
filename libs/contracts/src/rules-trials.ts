import { z } from 'zod';
import { brokerMessage } from './broker.js';
import { command, event } from './contract.js';
import { jsonValue } from './json.js';
import { ruleName } from './names.js';

const stubs = z.strictObject({
  /** What `aws_lambda()` answers, by ARN. */
  lambda: z.record(z.string(), jsonValue).optional(),
  /** The items of tables, by table. */
  dynamodb: z.record(z.string(), z.array(z.record(z.string(), jsonValue))).optional(),
  /** Documents by thing, then by name of the shadow, the classic one under the empty name. */
  shadows: z.record(z.string(), z.record(z.string(), jsonValue)).optional(),
  secrets: z
    .record(z.string(), z.strictObject({ SecretString: z.string().optional(), SecretBinary: z.string().optional() }))
    .optional(),
  /** Answers by API, then by thing. */
  registry: z.record(z.string(), z.record(z.string(), jsonValue)).optional(),
  machinelearning: z.record(z.string(), jsonValue).optional(),
});

const context = z.strictObject({
  protocol: z.enum(['mqtt', 'http']).optional(),
  clientId: z.string().optional(),
  accountId: z.string().optional(),
  principal: z.string().optional(),
  traceId: z.string().optional(),
  sourceIp: z.string().optional(),
  /** Milliseconds since the epoch. */
  timestamp: z.int().optional(),
  sqlVersion: z.enum(['2015-10-08', '2016-03-23', 'beta']).optional(),
  ruleName: z.string().optional(),
  /** Whether `topic` carries the prefix of Basic Ingest. */
  basicIngest: z.boolean().optional(),
  mqtt5: z
    .strictObject({
      contentType: z.string().optional(),
      payloadFormatIndicator: z.enum(['UNSPECIFIED_BYTES', 'UTF8_DATA']).optional(),
      responseTopic: z.string().optional(),
      correlationData: z.string().optional(),
      userProperties: z.array(z.tuple([z.string(), z.string()])).optional(),
    })
    .optional(),
  /** What functions that look outside the message answer; nothing is asked. */
  stubs: stubs.optional(),
});

/** Around a message that is tried: who sent it, and what look-ups answer. */
export type TrialContext = z.output<typeof context>;

const testRuleRequest = z.strictObject({
  sql: z.string(),
  topic: z.string(),
  /** JSON, or a text or base64 as `payloadEncoding` says; absent: an empty payload. */
  payload: jsonValue.optional(),
  payloadEncoding: z.enum(['text', 'base64']).optional(),
  /** A text with substitution templates; its text is the output then. */
  template: z.string().optional(),
  context: context.default({}),
});

/** A statement and a message to try it on. */
export type TestRuleRequest = z.output<typeof testRuleRequest>;

const evaluated = z.object({
  clause: z.enum(['FROM', 'SET', 'WHERE', 'SELECT', 'TEMPLATE']),
  /** The expression as SQL. */
  expression: z.string(),
  /** How deep it stands in the one of its clause, from 0. */
  depth: z.int(),
  /** Absent when it is Undefined. */
  value: jsonValue.optional(),
});

/** The value of one expression of a statement. */
export type EvaluatedExpression = z.output<typeof evaluated>;

const explanation = z.object({ summary: z.string(), expressions: z.array(evaluated) });

/** What a statement did with a message, and why. */
export type RuleExplanation = z.output<typeof explanation>;

/** Runs a statement on a message without touching anything. A statement that is refused is answered as `error`. */
export const testRule = command('rules', 'rule.test.v1', {
  request: testRuleRequest,
  reply: z.object({
    matched: z.boolean(),
    /** Whether it matched and what SELECT asked for is Undefined. */
    undefined: z.boolean(),
    output: jsonValue.optional(),
    /** `base64` when the output is bytes that are no JSON. */
    outputEncoding: z.enum(['base64']).optional(),
    error: z.string().optional(),
    explanation,
  }),
});

/** Begins, prolongs or, with a lease of 0, ends samples of what a rule does. Samples come as {@link ruleTraced}. */
export const traceRule = command('rules', 'rule.trace.v1', {
  request: z.strictObject({ traceId: z.uuid(), ruleName, leaseMs: z.int().min(0).max(600_000) }),
  reply: z.object({}),
});

/** For every replica of rules: samples of a rule are wanted until `expiresAt`, in milliseconds since the epoch. */
export const ruleTraceChanged = event(
  'rules',
  'ruleTrace.changed.v1',
  'broadcast',
  z.object({ traceId: z.string(), ruleName: z.string(), expiresAt: z.int() }),
);

const sample = z.object({
  ruleName: z.string(),
  /** Whether its actions are muted. */
  mode: z.enum(['LIVE', 'SHADOW']),
  message: brokerMessage,
  /** Whether the message passed WHERE and gave a result. */
  passed: z.boolean(),
  /** The outgoing payload; absent when there is none. */
  output: z.object({ value: jsonValue.optional(), base64: z.string() }).optional(),
  explanation,
  actions: z.array(
    z.object({
      action: z.string(),
      outcome: z.enum(['DONE', 'FAILED', 'MUTED', 'INTERRUPTED']),
      error: z.string().optional(),
      tries: z.int(),
      ms: z.number(),
    }),
  ),
});

/** A live message with what a rule did with it. */
export type RuleSample = z.output<typeof sample>;

/** A sample of a rule that is traced. */
export const ruleTraced = event(
  'rules',
  'rule.traced.v1',
  'broadcast',
  z.object({ traceIds: z.array(z.string()), sample }),
);

/**
 * Runs a rule over the messages of a time that were recorded, oldest first: the stored one, or another statement. Actions
 * run only if that is asked for, and only those of the stored rule.
 */
export const replayRule = command('rules', 'rule.replay.v1', {
  request: z.strictObject({
    ruleName,
    /** Milliseconds since the epoch, both included. */
    from: z.int(),
    to: z.int(),
    sql: z.string().optional(),
    runActions: z.boolean().default(false),
    /** `next` of the call before, with everything else the same: each message is worked on once, by one of the calls. */
    after: z
      .string()
      .regex(/^\d{1,18}\.\d{1,9}$/, 'must be what a reply gave as next')
      .optional(),
  }),
  reply: z.object({
    /** Recorded messages that match the filter. */
    messages: z.int(),
    passed: z.int(),
    /** Those that failed, by the reason. */
    failed: z.array(z.object({ reason: z.string(), count: z.int() })),
    /** Executions of actions that were given to the rule, or would have been. */
    actions: z.array(z.object({ action: z.string(), count: z.int() })),
    /** Messages of the time that were not recorded, since there were too many or too large ones. */
    notRecorded: z.int(),
    /** The first results, at most 20. */
    samples: z.array(
      z.object({
        topic: z.string(),
        timestamp: z.int(),
        passed: z.boolean(),
        output: jsonValue.optional(),
        reason: z.string().optional(),
      }),
    ),
    /** Present when there was more than one call works on: go on with it as `after`. */
    next: z.string().optional(),
  }),
});
