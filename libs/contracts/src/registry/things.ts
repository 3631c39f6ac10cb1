import { z } from 'zod';
import { command } from '../contract.js';
import { billingGroupName, certificateReference, thingGroupName, thingName, thingTypeName } from '../names.js';
import {
  attributeName,
  attributeValue,
  attributes,
  expectedVersion,
  namedOrder,
  namedPageToken,
  pageLimit,
} from './fields.js';

const thing = z.object({
  thingName: z.string(),
  thingId: z.string(),
  thingArn: z.string(),
  thingTypeName: z.string().optional(),
  billingGroupName: z.string().optional(),
  attributes: z.record(z.string(), z.string()),
  version: z.int(),
  /** Milliseconds since the epoch. */
  createdAt: z.int(),
});

/** A thing of the registry. */
export type Thing = z.output<typeof thing>;

/**
 * Creates a thing. The same name with the same configuration answers the existing thing; with another
 * ResourceAlreadyExists. ResourceNotFound for a type or billing group that does not exist, InvalidRequest for a
 * deprecated type.
 */
export const createThing = command('registry', 'thing.create.v1', {
  request: z.strictObject({
    thingName,
    thingTypeName: thingTypeName.optional(),
    billingGroupName: billingGroupName.optional(),
    attributes: attributes.default({}),
  }),
  reply: thing,
});

/** The things of the given names; what does not exist is left out. */
export const getThings = command('registry', 'thing.getMany.v1', {
  request: z.strictObject({ thingNames: z.array(thingName).max(1000) }),
  reply: z.object({ things: z.array(thing) }),
});

/**
 * A page of the things that meet all given filters, in the order of their names if no other is asked for; `after` is the
 * `nextToken` of the page before in the same order. `createdAt` is an order of all things: InvalidRequest with a filter.
 */
export const listThings = command('registry', 'thing.list.v1', {
  request: z.strictObject({
    namePrefix: thingName.optional(),
    thingTypeName: thingTypeName.optional(),
    billingGroupName: billingGroupName.optional(),
    thingGroupName: thingGroupName.optional(),
    /** Whether things of the groups below `thingGroupName` count too. */
    recursive: z.boolean().default(false),
    attributeName: attributeName.optional(),
    attributeValue: attributeValue.optional(),
    /** Whether `attributeValue` is the beginning of the value instead of all of it. */
    usePrefixAttributeValue: z.boolean().default(false),
    ...namedOrder,
    after: namedPageToken.optional(),
    limit: pageLimit,
  }),
  reply: z.object({ things: z.array(thing), nextToken: z.string().optional() }),
});

/**
 * Changes a thing; its version grows by one. `merge` false replaces all attributes by the given ones, true adds and
 * overwrites; an empty value removes an attribute. VersionConflict when `expectedVersion` is not the stored one.
 */
export const updateThing = command('registry', 'thing.update.v1', {
  request: z.strictObject({
    thingName,
    thingTypeName: thingTypeName.optional(),
    removeThingType: z.boolean().default(false),
    attributes: attributes.optional(),
    merge: z.boolean().default(false),
    expectedVersion,
  }),
  reply: thing,
});

/** Deletes a thing. One that does not exist is deleted already; InvalidRequest while principals are attached. */
export const deleteThing = command('registry', 'thing.delete.v1', {
  request: z.strictObject({ thingName, expectedVersion }),
  reply: z.object({ deleted: z.boolean() }),
});

/** How a thing belongs to a principal: `EXCLUSIVE_THING` ties every connection of the certificate to this one thing. */
export const thingPrincipalType = z.enum(['EXCLUSIVE_THING', 'NON_EXCLUSIVE_THING']);

/** How a thing belongs to a principal. */
export type ThingPrincipalType = z.output<typeof thingPrincipalType>;

/** Attaches a certificate to a thing; doing it again changes nothing. */
export const attachThingPrincipal = command('registry', 'thing.attachPrincipal.v1', {
  request: z.strictObject({
    thingName,
    principal: certificateReference,
    thingPrincipalType: thingPrincipalType.default('NON_EXCLUSIVE_THING'),
  }),
  reply: z.object({}),
});

/** Detaches a certificate from a thing. */
export const detachThingPrincipal = command('registry', 'thing.detachPrincipal.v1', {
  request: z.strictObject({ thingName, principal: certificateReference }),
  reply: z.object({}),
});

/** The certificates attached to things; a thing that does not exist is left out. */
export const getPrincipalsOfThings = command('registry', 'thing.principalsOfMany.v1', {
  request: z.strictObject({ thingNames: z.array(thingName).max(1000) }),
  reply: z.object({
    things: z.array(
      z.object({
        thingName: z.string(),
        principals: z.array(z.object({ certificateId: z.string(), thingPrincipalType })),
      }),
    ),
  }),
});

/** A page of the things that a certificate is attached to, in the order of their names or against it. */
export const listPrincipalThings = command('registry', 'principal.listThings.v1', {
  request: z.strictObject({
    principal: certificateReference,
    /** Only those that belong to it like this. */
    thingPrincipalType: thingPrincipalType.optional(),
    isAscending: z.boolean().default(true),
    after: thingName.optional(),
    limit: pageLimit,
  }),
  reply: z.object({
    things: z.array(z.object({ thingName: z.string(), thingPrincipalType })),
    nextToken: z.string().optional(),
  }),
});
