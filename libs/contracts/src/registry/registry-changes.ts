import { z } from 'zod';
import { command, event } from '../contract.js';
import { registryEventKind } from './event-configurations.js';

/** What happened to something in the registry. */
export const registryChangeOperation = z.enum(['CREATED', 'UPDATED', 'DELETED', 'ADDED', 'REMOVED']);

/** What happened to something in the registry: a relation is ADDED and REMOVED, anything else the rest. */
export type RegistryChangeOperation = z.output<typeof registryChangeOperation>;

const subject = z.object({
  thingName: z.string().optional(),
  thingTypeName: z.string().optional(),
  thingGroupName: z.string().optional(),
  /** Of a hierarchy, the group below `thingGroupName`. */
  childThingGroupName: z.string().optional(),
  policyName: z.string().optional(),
  certificateId: z.string().optional(),
  caCertificateId: z.string().optional(),
});

/** What a change is about: one resource, or the two of a relation. */
export type RegistryChangeSubject = z.output<typeof subject>;

const registryChange = z.object({
  /** Where it stands in the log. Cursors of one log compare as texts do. */
  cursor: z.string(),
  kind: registryEventKind,
  operation: registryChangeOperation,
  subject,
  /** Milliseconds since the epoch. */
  changedAt: z.number(),
  /** The registry event of AWS that tells of it; absent when there is none. */
  document: z.record(z.string(), z.json()).optional(),
});

/** A change of the registry, as its log keeps it. */
export type RegistryChange = z.output<typeof registryChange>;

/** Which changes are meant; all that is given must be met. */
const filter = z.strictObject({
  kinds: z.array(registryEventKind).min(1).max(registryEventKind.options.length).optional(),
  thingName: z.string().min(1).max(128).optional(),
  thingGroupName: z.string().min(1).max(128).optional(),
});

/** Which changes of the registry are meant. */
export type RegistryChangeFilter = z.output<typeof filter>;

/**
 * The changes behind a cursor in their one order, `limit` at a time, and the cursor to go on from. Without `after`: none,
 * and the cursor of now. `isForgotten` says that the log does not reach back to that cursor any more, or that the cursor is
 * of another log.
 */
export const listRegistryChanges = command('registry', 'registryChange.list.v1', {
  request: filter.extend({ after: z.string().max(64).optional(), limit: z.int().min(1).max(1000).default(250) }),
  reply: z.object({ changes: z.array(registryChange), cursor: z.string(), isForgotten: z.boolean() }),
});

/** There are changes that {@link listRegistryChanges} did not tell before. Many changes may be told by one event. */
export const registryChangesStored = event('registry', 'registryChanges.stored.v1', 'broadcast', z.object({}));
