import { z } from 'zod';
import { command } from '../contract.js';
import { jsonValue } from '../json.js';
import { accessRole } from './api-keys.js';
import { pageLimit } from './fields.js';

/** How an actor showed who it is. */
export const auditActorKind = z.enum(['apiKey', 'token', 'accessKey', 'certificate', 'nobody']);

/** How an actor showed who it is. */
export type AuditActorKind = z.output<typeof auditActorKind>;

/** Where a change came in. */
export const auditChannel = z.enum(['graphql', 'http']);

/** Where a change came in. */
export type AuditChannel = z.output<typeof auditChannel>;

/** What became of a change. */
export const auditOutcome = z.enum(['succeeded', 'failed']);

/** What became of a change. */
export type AuditOutcome = z.output<typeof auditOutcome>;

const auditEntry = z.object({
  /** Given by whoever writes the entry, so that writing it again changes nothing. */
  entryId: z.uuid(),
  /** When the change was asked for, in milliseconds since the epoch. */
  at: z.int(),
  /** The name of the API key, or of whom the token is about. */
  actor: z.string().max(512),
  actorKind: auditActorKind,
  role: accessRole.optional(),
  /** The address that the request came from. */
  address: z.string().max(64).optional(),
  channel: auditChannel,
  /** What was asked for: the name of the mutation. */
  action: z.string().min(1).max(128),
  /** The names and ids of what it is about. */
  subjects: z.array(z.string().max(512)).max(32),
  /** What was asked for in full, with secrets masked and long values cut. */
  input: jsonValue.optional(),
  outcome: auditOutcome,
  errorCode: z.string().max(128).optional(),
  errorMessage: z.string().max(2_048).optional(),
  correlationId: z.string().max(128),
  durationMs: z.number().min(0),
});

/** One change that somebody made, or tried to make. */
export type AuditEntry = z.output<typeof auditEntry>;

/** Writes entries of the audit log; when it answers, they are safe. An entry that is there already is left as it is. */
export const recordAudit = command('registry', 'audit.record.v1', {
  request: z.strictObject({ entries: z.array(auditEntry).min(1).max(500) }),
  reply: z.object({}),
});

/** Entries of the audit log that meet all that is given, the newest first. */
export const listAudit = command('registry', 'audit.list.v1', {
  request: z.strictObject({
    actor: z.string().max(512).optional(),
    action: z.string().max(128).optional(),
    subject: z.string().max(512).optional(),
    outcome: auditOutcome.optional(),
    correlationId: z.string().max(128).optional(),
    /** From this moment on. */
    since: z.int().optional(),
    /** Before this moment. */
    until: z.int().optional(),
    limit: pageLimit,
    /** Goes on behind the entry with this sequence. */
    after: z
      .string()
      .regex(/^\d{1,18}$/, 'must be the sequence of an entry')
      .optional(),
  }),
  reply: z.object({
    /** The sequence grows from entry to entry. */
    entries: z.array(auditEntry.extend({ sequence: z.string() })),
    nextToken: z.string().optional(),
  }),
});
