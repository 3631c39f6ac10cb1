import { z } from 'zod';
import { command } from '../contract.js';
import { thingGroupName, thingName } from '../names.js';
import { attributes, description, expectedVersion, namedOrder, namedPageToken, pageLimit, tags } from './fields.js';

const groupReference = z.object({ groupName: z.string(), groupArn: z.string() });

const thingGroup = z.object({
  thingGroupName: z.string(),
  thingGroupId: z.string(),
  thingGroupArn: z.string(),
  parentGroupName: z.string().optional(),
  /** The groups above, the root first. */
  rootToParentGroups: z.array(groupReference),
  description: z.string().optional(),
  attributes: z.record(z.string(), z.string()),
  version: z.int(),
  /** Milliseconds since the epoch. */
  createdAt: z.int(),
});

/** A static thing group of the registry. */
export type ThingGroup = z.output<typeof thingGroup>;

/** Creates a thing group. The same name with the same configuration answers the existing one, else ResourceAlreadyExists. */
export const createThingGroup = command('registry', 'thingGroup.create.v1', {
  request: z.strictObject({
    thingGroupName,
    parentGroupName: thingGroupName.optional(),
    description: description.optional(),
    attributes: attributes.default({}),
    tags: tags.default({}),
  }),
  reply: thingGroup,
});

/** The thing groups of the given names; what does not exist is left out. */
export const getThingGroups = command('registry', 'thingGroup.getMany.v1', {
  request: z.strictObject({ thingGroupNames: z.array(thingGroupName).max(1000) }),
  reply: z.object({ thingGroups: z.array(thingGroup) }),
});

/**
 * A page of thing groups, in the order of their names if no other is asked for: all, or those below a parent (all levels
 * when `recursive`).
 */
export const listThingGroups = command('registry', 'thingGroup.list.v1', {
  request: z.strictObject({
    parentGroupName: thingGroupName.optional(),
    namePrefix: thingGroupName.optional(),
    recursive: z.boolean().default(true),
    ...namedOrder,
    after: namedPageToken.optional(),
    limit: pageLimit,
  }),
  reply: z.object({ thingGroups: z.array(thingGroup), nextToken: z.string().optional() }),
});

/** Changes what is given of a thing group; its version grows by one. Attributes replace or merge as those of things. */
export const updateThingGroup = command('registry', 'thingGroup.update.v1', {
  request: z.strictObject({
    thingGroupName,
    description: description.optional(),
    attributes: attributes.optional(),
    merge: z.boolean().default(false),
    expectedVersion,
  }),
  reply: thingGroup,
});

/** Deletes a thing group without child groups; its things stay. One that does not exist is deleted already. */
export const deleteThingGroup = command('registry', 'thingGroup.delete.v1', {
  request: z.strictObject({ thingGroupName, expectedVersion }),
  reply: z.object({ deleted: z.boolean() }),
});

/**
 * Adds a thing to groups and removes it from others, all or nothing. Being a member already, or not being one, is no
 * error. InvalidRequest for two groups of one hierarchy, LimitExceeded beyond 10 groups.
 */
export const updateThingGroupsForThing = command('registry', 'thing.updateGroups.v1', {
  request: z.strictObject({
    thingName,
    thingGroupsToAdd: z.array(thingGroupName).max(10).default([]),
    thingGroupsToRemove: z.array(thingGroupName).max(10).default([]),
  }),
  reply: z.object({}),
});

/** The groups that things are direct members of; a thing that does not exist is left out. */
export const getGroupsOfThings = command('registry', 'thing.groupsOfMany.v1', {
  request: z.strictObject({ thingNames: z.array(thingName).max(1000) }),
  reply: z.object({ things: z.array(z.object({ thingName: z.string(), groupNames: z.array(z.string()) })) }),
});
