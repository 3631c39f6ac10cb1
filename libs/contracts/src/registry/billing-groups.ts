import { z } from 'zod';
import { command } from '../contract.js';
import { billingGroupName, thingName } from '../names.js';
import { description, expectedVersion, namedOrder, namedPageToken, pageLimit, tags } from './fields.js';

const billingGroup = z.object({
  billingGroupName: z.string(),
  billingGroupId: z.string(),
  billingGroupArn: z.string(),
  description: z.string().optional(),
  version: z.int(),
  /** Milliseconds since the epoch. */
  createdAt: z.int(),
});

/** A billing group of the registry. */
export type BillingGroup = z.output<typeof billingGroup>;

/** Creates a billing group. The same name with the same description answers the existing one, else ResourceAlreadyExists. */
export const createBillingGroup = command('registry', 'billingGroup.create.v1', {
  request: z.strictObject({ billingGroupName, description: description.optional(), tags: tags.default({}) }),
  reply: billingGroup,
});

/** The billing groups of the given names; what does not exist is left out. */
export const getBillingGroups = command('registry', 'billingGroup.getMany.v1', {
  request: z.strictObject({ billingGroupNames: z.array(billingGroupName).max(1000) }),
  reply: z.object({ billingGroups: z.array(billingGroup) }),
});

/** A page of billing groups, in the order of their names if no other is asked for. */
export const listBillingGroups = command('registry', 'billingGroup.list.v1', {
  request: z.strictObject({
    namePrefix: billingGroupName.optional(),
    ...namedOrder,
    after: namedPageToken.optional(),
    limit: pageLimit,
  }),
  reply: z.object({ billingGroups: z.array(billingGroup), nextToken: z.string().optional() }),
});

/** Changes the description of a billing group; its version grows by one. */
export const updateBillingGroup = command('registry', 'billingGroup.update.v1', {
  request: z.strictObject({ billingGroupName, description, expectedVersion }),
  reply: billingGroup,
});

/** Deletes a billing group; its things stay. One that does not exist is deleted already. */
export const deleteBillingGroup = command('registry', 'billingGroup.delete.v1', {
  request: z.strictObject({ billingGroupName, expectedVersion }),
  reply: z.object({ deleted: z.boolean() }),
});

/** Puts a thing into a billing group, out of the one it was in before. */
export const addThingToBillingGroup = command('registry', 'billingGroup.addThing.v1', {
  request: z.strictObject({ billingGroupName, thingName }),
  reply: z.object({}),
});

/** Takes a thing out of a billing group. */
export const removeThingFromBillingGroup = command('registry', 'billingGroup.removeThing.v1', {
  request: z.strictObject({ billingGroupName, thingName }),
  reply: z.object({}),
});
