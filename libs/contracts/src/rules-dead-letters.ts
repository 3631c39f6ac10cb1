import { z } from 'zod';
import { brokerMessage } from './broker.js';
import { command } from './contract.js';
import { ruleName } from './names.js';

const deadLetter = z.object({
  id: z.string(),
  ruleName: z.string(),
  /** The key of the action that failed for good, or `sql` when a look-up of the statement did. */
  action: z.string(),
  /** Its place in the rule, from 0; absent for the statement. */
  actionIndex: z.int().optional(),
  error: z.string(),
  /** Milliseconds since the epoch. */
  failedAt: z.int(),
  message: brokerMessage,
});

/** A message that an action of a rule failed on for good. */
export type DeadLetter = z.output<typeof deadLetter>;

/** A page of dead letters, oldest first, of one rule or of all; those after `after`. */
export const listDeadLetters = command('rules', 'deadLetter.list.v1', {
  request: z.strictObject({
    ruleName: ruleName.optional(),
    after: z
      .string()
      .regex(/^\d{1,18}$/)
      .optional(),
    limit: z.int().min(1).max(250).default(100),
  }),
  reply: z.object({ deadLetters: z.array(deadLetter), nextToken: z.string().optional() }),
});

/** Some by their ids, or the oldest of a rule. */
const selection = z.union([
  z.strictObject({
    ids: z
      .array(z.string().regex(/^\d{1,18}$/))
      .min(1)
      .max(1000),
  }),
  z.strictObject({ ruleName, limit: z.int().min(1).max(1000).default(1000) }),
]);

/** Which dead letters: some by their ids, or the oldest of a rule. */
export type DeadLetterSelection = z.output<typeof selection>;

/**
 * Gives dead letters back to their rules as they are now: only the action that failed runs again, and for those of the
 * statement the whole rule. Refused, and kept, are those whose rule is gone, disabled, or has another action at the place.
 */
export const replayDeadLetters = command('rules', 'deadLetter.replay.v1', {
  request: selection,
  reply: z.object({ replayed: z.int(), refused: z.array(z.object({ id: z.string(), reason: z.string() })) }),
});

/** Deletes dead letters. */
export const deleteDeadLetters = command('rules', 'deadLetter.delete.v1', {
  request: selection,
  reply: z.object({ deleted: z.int() }),
});
