import { z } from 'zod';
import { command } from '../contract.js';

const claimed = {
  /** Whose keys: those of others may be the same. */
  caller: z.string().min(1).max(1_024),
  key: z.string().regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters, as a UUID is'),
};

/** How long an answer is kept under its key, in milliseconds. */
export const IDEMPOTENCY_KEPT_MS = 24 * 3_600_000;

/**
 * Claims a key for an operation that is about to run. Of claims at the same time one gets it, for as long as its lease
 * lasts. Errors: `InvalidRequest` when the key was used with another operation or another input.
 */
export const claimIdempotencyKey = command('registry', 'idempotencyKey.claim.v1', {
  request: z.strictObject({
    ...claimed,
    /** What runs: the name of the mutation. */
    operation: z.string().min(1).max(128),
    /** SHA-256 over the input, hexadecimal. */
    inputSha256: z.string().regex(/^[0-9a-f]{64}$/),
    /** How long nobody else may run it, in milliseconds. */
    leaseMs: z.int().min(1).max(600_000),
  }),
  reply: z.discriminatedUnion('state', [
    /** The caller is to run the operation, and to complete or release the claim. */
    z.object({ state: z.literal('claimed'), claimId: z.uuid() }),
    /** Somebody is running it. */
    z.object({ state: z.literal('running') }),
    /** It ran before; the answer is the one that was kept. */
    z.object({ state: z.literal('completed'), answer: z.string() }),
  ]),
});

/** Keeps the answer of an operation under its key. A claim that is somebody else's by now is left alone. */
export const completeIdempotencyKey = command('registry', 'idempotencyKey.complete.v1', {
  request: z.strictObject({ ...claimed, claimId: z.uuid(), answer: z.string().max(2_097_152) }),
  reply: z.object({}),
});

/** Gives a key back: the operation was refused, and has changed nothing. */
export const releaseIdempotencyKey = command('registry', 'idempotencyKey.release.v1', {
  request: z.strictObject({ ...claimed, claimId: z.uuid() }),
  reply: z.object({}),
});
