import { z } from 'zod';
import { command } from '../contract.js';
import { certificateReference, policyName, policyTarget, policyVersionId, thingName } from '../names.js';
import { pageLimit, tags } from './fields.js';

const policy = z.object({
  policyName: z.string(),
  policyArn: z.string(),
  /** The text of the document of the default version. */
  policyDocument: z.string(),
  policyVersionId: z.string(),
  /** Milliseconds since the epoch, like all times here. */
  createdAt: z.int(),
  /** When a version was added or deleted, or another one made the default. */
  lastModifiedAt: z.int(),
});

/** A policy with its default version. */
export type Policy = z.output<typeof policy>;

const policyVersion = z.object({
  policyName: z.string(),
  policyVersionId: z.string(),
  policyDocument: z.string(),
  isDefaultVersion: z.boolean(),
  createdAt: z.int(),
});

/** One version of a policy. */
export type PolicyVersion = z.output<typeof policyVersion>;

/** Creates a policy from the text of its document. */
export const createPolicy = command('registry', 'policy.create.v1', {
  request: z.strictObject({ policyName, policyDocument: z.string(), tags: tags.default({}) }),
  reply: policy,
});

/** The policies of the given names; what does not exist is left out. */
export const getPolicies = command('registry', 'policy.getMany.v1', {
  request: z.strictObject({ policyNames: z.array(policyName).max(1000) }),
  reply: z.object({ policies: z.array(policy) }),
});

/**
 * A page of policies, in the order of their names if no other is asked for; `after` is the `nextToken` of the page before
 * in the same order.
 */
export const listPolicies = command('registry', 'policy.list.v1', {
  request: z.strictObject({
    orderBy: z.enum(['policyName', 'createdAt']).default('policyName'),
    isAscending: z.boolean().default(true),
    after: z.string().max(256).optional(),
    limit: pageLimit,
  }),
  reply: z.object({ policies: z.array(policy), nextToken: z.string().optional() }),
});

/** Deletes a policy; DeleteConflict while it is attached to something or has versions beside the default one. */
export const deletePolicy = command('registry', 'policy.delete.v1', {
  request: z.strictObject({ policyName }),
  reply: z.object({}),
});

/** Adds a version; VersionsLimitExceeded when there are five. */
export const createPolicyVersion = command('registry', 'policy.createVersion.v1', {
  request: z.strictObject({ policyName, policyDocument: z.string(), setAsDefault: z.boolean().default(false) }),
  reply: policyVersion,
});

/** All versions of a policy, the newest first. */
export const listPolicyVersions = command('registry', 'policy.listVersions.v1', {
  request: z.strictObject({ policyName }),
  reply: z.object({ versions: z.array(policyVersion) }),
});

/** Makes a version the one that counts; live connections follow at once. */
export const setDefaultPolicyVersion = command('registry', 'policy.setDefaultVersion.v1', {
  request: z.strictObject({ policyName, policyVersionId }),
  reply: policy,
});

/** Deletes a version; DeleteConflict for the default one. */
export const deletePolicyVersion = command('registry', 'policy.deleteVersion.v1', {
  request: z.strictObject({ policyName, policyVersionId }),
  reply: z.object({}),
});

/** Attaches a policy to a certificate or a thing group; doing it again changes nothing. */
export const attachPolicy = command('registry', 'policy.attach.v1', {
  request: z.strictObject({ policyName, target: policyTarget }),
  reply: z.object({}),
});

/** Detaches a policy from a certificate or a thing group. */
export const detachPolicy = command('registry', 'policy.detach.v1', {
  request: z.strictObject({ policyName, target: policyTarget }),
  reply: z.object({}),
});

/** The names of the policies of targets, given as ids or ARNs; with `recursive` those of the groups above a group too. */
export const getPoliciesOfTargets = command('registry', 'policy.ofTargets.v1', {
  request: z.strictObject({ targets: z.array(policyTarget).max(1000), recursive: z.boolean().default(false) }),
  reply: z.object({ targets: z.array(z.object({ target: z.string(), policyNames: z.array(z.string()) })) }),
});

/** A page of the ARNs that a policy is attached to, certificates before groups, in the order of their names. */
export const listTargetsForPolicy = command('registry', 'policy.listTargets.v1', {
  request: z.strictObject({
    policyName,
    /** Only targets of this kind. */
    kind: z.enum(['certificate', 'thingGroup']).optional(),
    isAscending: z.boolean().default(true),
    after: z.string().max(512).optional(),
    limit: pageLimit,
  }),
  reply: z.object({ targets: z.array(z.string()), nextToken: z.string().optional() }),
});

/** The policies that count for a thing (through its groups), a principal, or both together. */
export const getEffectivePolicies = command('registry', 'policy.effective.v1', {
  request: z
    .strictObject({ thingName: thingName.optional(), principal: certificateReference.optional() })
    .refine(
      ({ thingName: thing, principal }) => thing !== undefined || principal !== undefined,
      'must name a thing, a principal, or both',
    ),
  reply: z.object({ policies: z.array(policy) }),
});
