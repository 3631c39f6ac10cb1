import { z } from 'zod';
import { command } from '../contract.js';
import { jsonObject } from '../json.js';
import { thingTypeName } from '../names.js';
import { attributeName, description, namedOrder, namedPageToken, pageLimit, tags } from './fields.js';

const searchableAttributes = z.array(attributeName).max(3, 'must be at most 3 attribute names');

const thingType = z.object({
  thingTypeName: z.string(),
  thingTypeId: z.string(),
  thingTypeArn: z.string(),
  description: z.string().optional(),
  searchableAttributes: z.array(z.string()),
  deprecated: z.boolean(),
  /** Milliseconds since the epoch; present while deprecated. */
  deprecatedAt: z.int().optional(),
  createdAt: z.int(),
  /** What it says of the shadows of its things, as `readShadowSchema` of `shadow-schema` reads it. */
  shadowSchema: jsonObject.optional(),
});

/** A thing type of the registry. */
export type ThingType = z.output<typeof thingType>;

/** Creates a thing type. The same name with the same properties answers the existing one, else ResourceAlreadyExists. */
export const createThingType = command('registry', 'thingType.create.v1', {
  request: z.strictObject({
    thingTypeName,
    description: description.optional(),
    searchableAttributes: searchableAttributes.default([]),
    tags: tags.default({}),
    shadowSchema: jsonObject.optional(),
  }),
  reply: thingType,
});

/** The thing types of the given names; what does not exist is left out. */
export const getThingTypes = command('registry', 'thingType.getMany.v1', {
  request: z.strictObject({ thingTypeNames: z.array(thingTypeName).max(1000) }),
  reply: z.object({ thingTypes: z.array(thingType) }),
});

/** A page of thing types, in the order of their names if no other is asked for. */
export const listThingTypes = command('registry', 'thingType.list.v1', {
  request: z.strictObject({
    namePrefix: thingTypeName.optional(),
    ...namedOrder,
    after: namedPageToken.optional(),
    limit: pageLimit,
  }),
  reply: z.object({ thingTypes: z.array(thingType), nextToken: z.string().optional() }),
});

/** Changes what is given of a thing type. */
export const updateThingType = command('registry', 'thingType.update.v1', {
  request: z.strictObject({
    thingTypeName,
    description: description.optional(),
    searchableAttributes: searchableAttributes.optional(),
    /** Null takes it away. */
    shadowSchema: jsonObject.nullable().optional(),
  }),
  reply: thingType,
});

/** Deprecates a thing type, so that no further thing can have it, or takes that back. */
export const deprecateThingType = command('registry', 'thingType.deprecate.v1', {
  request: z.strictObject({ thingTypeName, undoDeprecate: z.boolean().default(false) }),
  reply: thingType,
});

/** Deletes a thing type that has been deprecated for five minutes and that no thing has; else InvalidRequest. */
export const deleteThingType = command('registry', 'thingType.delete.v1', {
  request: z.strictObject({ thingTypeName }),
  reply: z.object({}),
});
