import { Injectable } from '@nestjs/common';
import { attachPolicy, createPolicy } from '#thingcore/contracts';
import { reviveError } from '#thingcore/errors';
import type { PolicyPlan, ProvisioningPlan } from '#thingcore/provisioning-template';
import type { RegistryTransaction } from '../changes/registry-transactions.js';
import { PolicyService } from '../policies/policy.service.js';
import { ThingPrincipalService } from '../things/thing-principal.service.js';
import { CertificateProvisioning } from './certificate-provisioning.js';
import { parseRequest } from './parse-request.js';
import { ThingProvisioning } from './thing-provisioning.js';

/** What a provisioning has brought about. */
export interface Provisioned {
  thingName: string;
  certificateId: string;
  /** The certificate, if this provisioning issued or registered it. */
  newCertificatePem?: string | undefined;
}

/** Brings about what a resolved provisioning template says: all of it, or nothing. */
@Injectable()
export class ProvisioningService {
  constructor(
    private readonly things: ThingProvisioning,
    private readonly certificates: CertificateProvisioning,
    private readonly policies: PolicyService,
    private readonly principals: ThingPrincipalService,
  ) {}

  /**
   * Applies a plan. The certificate becomes usable last. Errors are those of the commands that do the same one by one,
   * and ResourceAlreadyExists where OverrideSettings want it.
   */
  async applyIn(tx: RegistryTransaction, plan: ProvisioningPlan): Promise<Provisioned> {
    const { thingName } = plan.thing;
    await this.things.applyIn(tx, plan.thing);
    const certificate = await this.certificates.applyIn(tx, plan.certificate);
    const { certificateId, newCertificatePem } = certificate;
    for (const policy of plan.policies) await this.attachIn(tx, policy, certificateId);
    const attached = { thingName, thingPrincipalType: 'NON_EXCLUSIVE_THING' as const };
    await this.principals.attachPrincipalIn(tx, attached, certificateId);
    await this.certificates.setStatusIn(tx, plan.certificate, certificate);
    return { thingName, certificateId, newCertificatePem };
  }

  private async attachIn(tx: RegistryTransaction, policy: PolicyPlan, certificateId: string): Promise<void> {
    if (policy.source === 'document') await this.createIfAbsentIn(tx, policy.policyName, policy.policyDocument);
    const { policyName } = policy;
    await this.policies.attachIn(tx, parseRequest(attachPolicy, { policyName, target: certificateId }));
  }

  /** The name is made from the document, so a policy of that name is the one that an earlier device brought along. */
  private async createIfAbsentIn(tx: RegistryTransaction, policyName: string, policyDocument: string): Promise<void> {
    try {
      await this.policies.createIn(tx, parseRequest(createPolicy, { policyName, policyDocument }));
    } catch (error) {
      if (reviveError(error).code !== 'ResourceAlreadyExists') throw error;
    }
  }
}
