import { Injectable } from '@nestjs/common';
import type { attachPolicy, createPolicy, detachPolicy, ParsedRequestOf, Policy } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { RegistryContext } from '../changes/registry-context.js';
import { type RegistryTransaction, RegistryTransactions } from '../changes/registry-transactions.js';
import { TagStore } from '../tags/tag.store.js';
import { PolicyAttachmentStore } from './policy-attachment.store.js';
import { missingPolicy, missingTarget } from './policy-refusals.js';
import { parsePolicyTarget, type PolicyTarget, policyTargetArn } from './policy-target.js';
import { parsePolicyText } from './policy-text.js';
import { toPolicy } from './policy-view.js';
import { PolicyStore, type PolicyVersions } from './policy.store.js';

/** AWS IoT quotas: "policies per certificate" and "policies per static thing group". */
const MAX_POLICIES = { certificate: 10, thingGroup: 2 } as const;
const NOUNS = { certificate: 'Certificate', thingGroup: 'Thing group' } as const;

/** How many targets a refusal names. */
const NAMED_TARGETS = 10;

/** Policies and what they are attached to. */
@Injectable()
export class PolicyService {
  constructor(
    private readonly transactions: RegistryTransactions,
    private readonly policies: PolicyStore,
    private readonly attachments: PolicyAttachmentStore,
    private readonly tags: TagStore,
    private readonly context: RegistryContext,
  ) {}

  create(request: ParsedRequestOf<typeof createPolicy>): Promise<Policy> {
    return this.transactions.run((tx) => this.createIn(tx, request));
  }

  /** Creates a policy. ResourceAlreadyExists for a name that is taken, MalformedPolicy with line and column. */
  async createIn(tx: RegistryTransaction, request: ParsedRequestOf<typeof createPolicy>): Promise<Policy> {
    const { policyName, policyDocument, tags } = request;
    parsePolicyText(policyDocument);
    const createdAt = this.context.now();
    const resourceArn = this.context.arn('policy', policyName);
    if (!(await this.policies.insert(tx.manager, policyName, policyDocument, createdAt))) {
      throw new IotError(
        'ResourceAlreadyExists',
        `Policy ${policyName} already exists: give its document a new version, or choose another name`,
        { details: { field: 'policyName', resourceId: policyName, resourceArn } },
      );
    }
    await this.tags.put(tx.manager, resourceArn, tags);
    tx.notes('POLICY', 'CREATED', policyName);
    return toPolicy(this.context, { policyName, policyDocument, version: 1, createdAt, lastModifiedAt: createdAt });
  }

  delete(policyName: string): Promise<void> {
    return this.transactions.run((tx) => this.deleteIn(tx, policyName));
  }

  /** Deletes a policy. DeleteConflict while it is attached to something or has versions beside the default one. */
  async deleteIn(tx: RegistryTransaction, policyName: string): Promise<void> {
    const { manager } = tx;
    const policy = await this.policies.lock(manager, policyName);
    if (policy === undefined) throw missingPolicy(policyName);
    const targets = await this.attachments.targetsIn(
      manager,
      policyName,
      { isAscending: true },
      undefined,
      NAMED_TARGETS + 1,
    );
    if (targets.length > 0) throw this.stillAttached(policyName, targets);
    if (policy.versions.length > 1) throw stillWithVersions(policyName, policy);
    await this.policies.delete(manager, policyName);
    await this.tags.removeAll(manager, this.context.arn('policy', policyName));
    tx.notes('POLICY', 'DELETED', policyName);
  }

  attach(request: ParsedRequestOf<typeof attachPolicy>): Promise<void> {
    return this.transactions.run((tx) => this.attachIn(tx, request));
  }

  /** Attaches a policy; doing it again changes nothing. LimitExceeded when the target has as many as it can have. */
  async attachIn(tx: RegistryTransaction, request: ParsedRequestOf<typeof attachPolicy>): Promise<void> {
    const { policyName } = request;
    const target = parsePolicyTarget(this.context, request.target);
    if (!(await this.policies.lockExistence(tx.manager, policyName))) throw missingPolicy(policyName);
    if (!(await this.attachments.lockTarget(tx.manager, target))) throw missingTarget(target);
    const policyNames = await this.attachments.namesOf(tx.manager, target);
    if (policyNames.includes(policyName)) return;
    if (policyNames.length >= MAX_POLICIES[target.kind]) throw this.tooManyPolicies(target, policyNames);
    await this.attachments.insert(tx.manager, policyName, target);
    tx.affects(target.kind, target.name);
  }

  detach(request: ParsedRequestOf<typeof detachPolicy>): Promise<void> {
    return this.transactions.run((tx) => this.detachIn(tx, request));
  }

  /** Detaches a policy; one that is not attached is detached already, and so is one of a target that is gone. */
  async detachIn(tx: RegistryTransaction, request: ParsedRequestOf<typeof detachPolicy>): Promise<void> {
    const { policyName } = request;
    const target = parsePolicyTarget(this.context, request.target);
    if (!(await this.policies.lockExistence(tx.manager, policyName))) throw missingPolicy(policyName);
    await this.attachments.lockTarget(tx.manager, target);
    if (await this.attachments.delete(tx.manager, policyName, target)) tx.affects(target.kind, target.name);
  }

  private stillAttached(policyName: string, found: PolicyTarget[]): IotError {
    const targets = found.slice(0, NAMED_TARGETS).map((target) => policyTargetArn(this.context, target));
    const more = found.length > NAMED_TARGETS ? ' and more' : '';
    return new IotError(
      'DeleteConflict',
      `Policy ${policyName} is attached to ${targets.join(', ')}${more}: detach it first`,
      { details: { field: 'policyName', policyName, targets } },
    );
  }

  private tooManyPolicies(target: PolicyTarget, policyNames: string[]): IotError {
    const limit = MAX_POLICIES[target.kind];
    return new IotError(
      'LimitExceeded',
      `${NOUNS[target.kind]} ${target.name} has ${policyNames.length} policies (${policyNames.join(', ')}), which is as ` +
        'many as there can be: detach one first, or bring statements together in one policy',
      { details: { field: 'target', target: policyTargetArn(this.context, target), limit, policyNames } },
    );
  }
}

function stillWithVersions(policyName: string, { versions, defaultVersion }: PolicyVersions): IotError {
  const others = versions.filter((version) => version !== defaultVersion).map(String);
  return new IotError(
    'DeleteConflict',
    `Policy ${policyName} has versions beside its default version ${defaultVersion}: delete ${others.join(', ')} first`,
    { details: { field: 'policyName', policyName, versions: others } },
  );
}
