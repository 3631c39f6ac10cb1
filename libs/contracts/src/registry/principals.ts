import { z } from 'zod';
import { command, event } from '../contract.js';
import { certificateId } from '../names.js';
import { certificateStatus } from './certificates.js';

const principal = z.object({
  certificateId: z.string(),
  status: certificateStatus,
  notBefore: z.int(),
  notAfter: z.int(),
  /** The thing of the connection: the exclusive one, else the attached one that is named like the client id. */
  thing: z
    .object({
      thingName: z.string(),
      thingTypeName: z.string().optional(),
      attributes: z.record(z.string(), z.string()),
      isExclusive: z.boolean(),
      /** The groups of the thing and all groups above them. */
      groupNames: z.array(z.string()),
    })
    .optional(),
  /** Default versions of the policies of the certificate and of the groups of the thing, each once, by name. */
  policies: z.array(z.object({ policyName: z.string(), policyVersionId: z.string(), policyDocument: z.string() })),
});

/** All that decides what a connection of the holder of a certificate may do. */
export type Principal = z.output<typeof principal>;

/**
 * Resolves connections to their principals, in the order asked; null for a certificate that the registry does not know.
 */
export const resolvePrincipals = command('registry', 'principal.resolveMany.v1', {
  request: z.strictObject({
    connections: z.array(z.strictObject({ certificateId, clientId: z.string().max(256) })).max(250),
  }),
  reply: z.object({ principals: z.array(principal.nullable()) }),
});

const principalChange = z.object({
  /** Names this change: the event and {@link listPrincipalChanges} tell of it with the same number. */
  sequence: z.int(),
  /** What changed; whoever holds a principal that depends on it asks again. */
  subject: z.enum(['certificate', 'thing', 'thingGroup', 'policy']),
  name: z.string(),
});

/** Something changed that decides what connections may do. */
export type PrincipalChange = z.output<typeof principalChange>;

/** Status, policies, things or groups changed: whoever caches principals that depend on them asks again. */
export const principalChanged = event(
  'registry',
  'principal.changed.v1',
  'broadcast',
  z.object({ changes: z.array(principalChange).min(1) }),
);

/**
 * The changes behind a cursor, which make good a broadcast that was lost. Without a cursor: none, and the cursor of now.
 * `isComplete` false says that changes this old are no longer known: everything may have changed. A change may be told
 * again, under the same number, until the transactions that began before it have ended.
 */
export const listPrincipalChanges = command('registry', 'principal.listChanges.v1', {
  request: z.strictObject({ cursor: z.string().max(64).optional() }),
  reply: z.object({ changes: z.array(principalChange), cursor: z.string(), isComplete: z.boolean() }),
});
