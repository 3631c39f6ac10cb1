import { z } from 'zod';
import { command, event } from '../contract.js';
import { accessRole } from './api-keys.js';

/** The public half of an access key: 20 characters, in the form that AWS SDKs expect. */
export const accessKeyId = z.string().regex(/^[A-Z0-9]{16,128}$/, 'must be 16 to 128 capitals and digits');

const accessKeyName = z
  .string()
  .regex(/^[a-zA-Z0-9._@-]{1,64}$/, 'must be 1 to 64 characters out of a-z, A-Z, 0-9 and . _ @ -');

const accessKey = z.object({
  accessKeyId: z.string(),
  /** What it is for, in the words of the operator. */
  name: z.string(),
  role: accessRole,
  /** Milliseconds since the epoch, like all times here. */
  createdAt: z.int(),
  expiresAt: z.int().optional(),
  revokedAt: z.int().optional(),
});

/** An access key for signed requests of AWS SDKs, without its secret. */
export type AccessKey = z.output<typeof accessKey>;

/** Makes an access key. Its secret is in this answer and, sealed, in the registry, which verifies with it; it is told nowhere else. */
export const createAccessKey = command('registry', 'accessKey.create.v1', {
  request: z.strictObject({ name: accessKeyName, role: accessRole, expiresAt: z.int().optional() }),
  reply: accessKey.extend({ secretAccessKey: z.string() }),
});

/** All access keys, revoked ones included, in the order of their names and ids. */
export const listAccessKeys = command('registry', 'accessKey.list.v1', {
  request: z.strictObject({}),
  reply: z.object({ accessKeys: z.array(accessKey) }),
});

/** Revokes an access key for good. */
export const revokeAccessKey = command('registry', 'accessKey.revoke.v1', {
  request: z.strictObject({ accessKeyId }),
  reply: accessKey,
});

/**
 * What a valid access key signs with on one day, for one region and service, and what its holder may do. Whoever verifies
 * signatures never sees the secret. Unauthorized when there is no valid key of that id.
 */
export const deriveAccessKey = command('registry', 'accessKey.derive.v1', {
  request: z.strictObject({
    accessKeyId,
    /** The day in UTC, e.g. `20260131`. */
    day: z.string().regex(/^\d{8}$/),
    region: z.string().min(1).max(64),
    service: z.string().min(1).max(64),
  }),
  reply: z.object({
    /** 32 bytes in base64. */
    signingKey: z.string(),
    name: z.string(),
    role: accessRole,
    expiresAt: z.int().optional(),
  }),
});

/** An access key was revoked: whoever believes it forgets it and ends its connections. */
export const accessKeyRevoked = event(
  'registry',
  'accessKey.revoked.v1',
  'broadcast',
  z.object({ accessKeyId: z.string() }),
);
