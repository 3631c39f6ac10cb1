import { z } from 'zod';
import { command } from './contract.js';
import { ruleName } from './names.js';

const actionMetrics = z.object({
  /** The key of the action, as `republish`. */
  action: z.string(),
  succeeded: z.int(),
  failed: z.int(),
  /** Tries after the first. */
  retried: z.int(),
  /** Milliseconds an execution took on average, with its tries; absent before the first. */
  averageLatencyMs: z.number().optional(),
});

const ruleMetrics = z.object({
  ruleName: z.string(),
  /** Messages whose topic matched. AWS: `TopicMatch`. */
  matched: z.int(),
  /** Those that passed WHERE and gave a result. */
  passed: z.int(),
  /** The others by the clause of the statement that ended them, and why. */
  failed: z.array(
    z.object({
      clause: z.enum(['SET', 'WHERE', 'SELECT']).optional(),
      reason: z.enum(['where', 'payload', 'limit', 'lookup']),
      count: z.int(),
    }),
  ),
  /** QoS 0 messages for which there was no room. AWS: `RuleMessageThrottled`. */
  dropped: z.int(),
  actions: z.array(actionMetrics),
  errorActions: z.object({ succeeded: z.int(), failed: z.int() }),
  deadLettered: z.int(),
  /** What the rule would have done while it was, or its newer version is, in mode `SHADOW`. */
  shadow: z.object({
    matched: z.int(),
    passed: z.int(),
    failed: z.int(),
    /** Executions that were muted. */
    actions: z.array(z.object({ action: z.string(), muted: z.int() })),
  }),
});

/** What a rule has done since it was created, in all processes together. */
export type RuleMetrics = z.output<typeof ruleMetrics>;

/** The metrics of rules, in the order of the request; zero for one that did nothing yet. Other processes tell within seconds. */
export const getRuleMetrics = command('rules', 'ruleMetrics.get.v1', {
  request: z.strictObject({ ruleNames: z.array(ruleName).min(1).max(1000) }),
  reply: z.object({ metrics: z.array(ruleMetrics) }),
});
