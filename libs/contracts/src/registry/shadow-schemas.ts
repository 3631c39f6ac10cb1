import { z } from 'zod';
import { command, event } from '../contract.js';
import { jsonObject } from '../json.js';

const shadowSchema = z.object({
  thingTypeName: z.string(),
  /** What the type is, as somebody wrote it. */
  description: z.string().optional(),
  /** As `readShadowSchema` of `shadow-schema` reads it. */
  shadowSchema: jsonObject,
});

/** What a thing type says of the shadows of its things. */
export type ShadowSchema = z.output<typeof shadowSchema>;

/**
 * The schemas of all thing types that have one, in the order of their names, and their revision, which every change of
 * one makes greater. They are left out when `knownRevision` is that of now.
 */
export const listShadowSchemas = command('registry', 'shadowSchema.list.v1', {
  request: z.strictObject({ knownRevision: z.int().optional() }),
  reply: z.object({ revision: z.int(), schemas: z.array(shadowSchema).optional() }),
});

/** Schemas changed: whoever keeps them asks again. Whoever misses it finds out with the next look at the revision. */
export const shadowSchemasChanged = event(
  'registry',
  'shadowSchema.changed.v1',
  'broadcast',
  z.object({ thingTypeName: z.string() }),
);
