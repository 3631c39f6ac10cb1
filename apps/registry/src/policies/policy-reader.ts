import { Injectable } from '@nestjs/common';
import type {
  getEffectivePolicies,
  listPolicies,
  listTargetsForPolicy,
  ParsedRequestOf,
  Policy,
  ReplyOf,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { certificateIdOf } from '../certificates/certificate-reference.js';
import { RegistryContext } from '../changes/registry-context.js';
import { ThingPrincipalStore } from '../things/thing-principal.store.js';
import { principalNotFound, thingNotFound } from '../things/thing-refusals.js';
import { ThingStore } from '../things/thing.store.js';
import { PolicyAttachmentStore } from './policy-attachment.store.js';
import { missingPolicy } from './policy-refusals.js';
import { fromPolicyToken, toPolicyToken } from './policy-order.js';
import { parsePolicyTarget, type PolicyTarget, policyTargetArn } from './policy-target.js';
import { toPolicy } from './policy-view.js';
import { PolicyStore } from './policy.store.js';

/** Answers what policies there are, what they are attached to, and which count. */
@Injectable()
export class PolicyReader {
  constructor(
    private readonly policies: PolicyStore,
    private readonly attachments: PolicyAttachmentStore,
    private readonly things: ThingStore,
    private readonly principals: ThingPrincipalStore,
    private readonly context: RegistryContext,
  ) {}

  async getMany(policyNames: string[]): Promise<Policy[]> {
    return (await this.policies.findMany(policyNames)).map((policy) => toPolicy(this.context, policy));
  }

  async list({ after, limit, ...order }: ParsedRequestOf<typeof listPolicies>): Promise<ReplyOf<typeof listPolicies>> {
    const records = await this.policies.page(order, fromPolicyToken(order.orderBy, after), limit + 1);
    const page = records.slice(0, limit);
    const policies = page.map((policy) => toPolicy(this.context, policy));
    const last = page.at(-1);
    return records.length > limit && last !== undefined
      ? { policies, nextToken: toPolicyToken(order.orderBy, last) }
      : { policies };
  }

  /** The names of the policies of each target, in the order asked. */
  async ofTargets(targets: string[], recursive: boolean): Promise<{ target: string; policyNames: string[] }[]> {
    const asked = targets.map((target, at) => ({
      target,
      of: parsePolicyTarget(this.context, target, `targets.${at}`),
    }));
    const namesOf = (kind: PolicyTarget['kind']) => asked.flatMap(({ of }) => (of.kind === kind ? [of.name] : []));
    const [certificate, thingGroup] = await Promise.all([
      this.attachments.ofCertificates(namesOf('certificate')),
      this.attachments.ofGroups(namesOf('thingGroup'), recursive),
    ]);
    const policyNames = { certificate, thingGroup };
    return asked.map(({ target, of }) => ({ target, policyNames: policyNames[of.kind].get(of.name) ?? [] }));
  }

  async listTargets({
    policyName,
    after,
    limit,
    ...wanted
  }: ParsedRequestOf<typeof listTargetsForPolicy>): Promise<ReplyOf<typeof listTargetsForPolicy>> {
    const from = after === undefined ? undefined : this.parseCursor(after);
    if ((await this.policies.findMany([policyName])).length === 0) throw missingPolicy(policyName);
    const found = await this.attachments.targets(policyName, wanted, from, limit + 1);
    const targets = found.slice(0, limit).map((target) => policyTargetArn(this.context, target));
    const last = targets.at(-1);
    return found.length > limit && last !== undefined ? { targets, nextToken: last } : { targets };
  }

  /** The policies that count for a thing through its groups, for a certificate, or for both together; each once. */
  async effective({ thingName, principal }: ParsedRequestOf<typeof getEffectivePolicies>): Promise<Policy[]> {
    const certificateId = principal === undefined ? undefined : certificateIdOf(principal);
    if (thingName !== undefined && (await this.things.findMany([thingName])).length === 0) {
      throw thingNotFound(thingName);
    }
    if (certificateId !== undefined && !(await this.principals.hasCertificate(certificateId))) {
      throw principalNotFound(certificateId);
    }
    const [ofThing, ofCertificates] = await Promise.all([
      thingName === undefined ? [] : this.attachments.ofThing(thingName),
      this.attachments.ofCertificates(certificateId === undefined ? [] : [certificateId]),
    ]);
    return this.getMany([...new Set([...ofThing, ...[...ofCertificates.values()].flat()])]);
  }

  private parseCursor(after: string): PolicyTarget {
    if (/^arn:aws:iot:[^:]*:[^:]*:(cert|thinggroup)\/./.test(after)) {
      return parsePolicyTarget(this.context, after, 'after');
    }
    throw new IotError('InvalidRequest', `after is no target: give the nextToken of the page before, not ${after}`, {
      details: { field: 'after' },
    });
  }
}
