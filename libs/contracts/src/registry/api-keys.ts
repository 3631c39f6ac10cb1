import { z } from 'zod';
import { command, event } from '../contract.js';

/** What a caller of the platform's own interfaces may do: a viewer reads, an operator also changes, an admin also manages access. */
export const accessRole = z.enum(['admin', 'operator', 'viewer']);

/** What a caller of the platform's own interfaces may do. */
export type AccessRole = z.output<typeof accessRole>;

const apiKeyName = z
  .string()
  .regex(/^[a-zA-Z0-9._@-]{1,64}$/, 'must be 1 to 64 characters out of a-z, A-Z, 0-9 and . _ @ -');

const apiKey = z.object({
  name: z.string(),
  role: accessRole,
  /** Milliseconds since the epoch, like all times here. */
  createdAt: z.int(),
  expiresAt: z.int().optional(),
  revokedAt: z.int().optional(),
});

/** An API key, without its secret, which is never stored. */
export type ApiKey = z.output<typeof apiKey>;

/** Makes an API key. The key itself is in this answer and nowhere else. ResourceAlreadyExists for a name that is taken. */
export const createApiKey = command('registry', 'apiKey.create.v1', {
  request: z.strictObject({ name: apiKeyName, role: accessRole, expiresAt: z.int().optional() }),
  reply: apiKey.extend({ key: z.string() }),
});

/** All API keys, revoked ones included, in the order of their names. */
export const listApiKeys = command('registry', 'apiKey.list.v1', {
  request: z.strictObject({}),
  reply: z.object({ apiKeys: z.array(apiKey) }),
});

/** Revokes an API key for good. InvalidRequest for the last administrator's key that is valid. */
export const revokeApiKey = command('registry', 'apiKey.revoke.v1', {
  request: z.strictObject({ name: apiKeyName }),
  reply: apiKey,
});

/** Who holds an API key, asked by the key's SHA-256 in hex; Unauthorized when no valid key has it. */
export const verifyApiKey = command('registry', 'apiKey.verify.v1', {
  request: z.strictObject({ keySha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  reply: z.object({ name: z.string(), role: accessRole, expiresAt: z.int().optional() }),
});

/** An API key was revoked: whoever believes it forgets it and ends its connections. */
export const apiKeyRevoked = event('registry', 'apiKey.revoked.v1', 'broadcast', z.object({ name: z.string() }));
