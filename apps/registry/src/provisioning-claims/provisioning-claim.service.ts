import { Injectable } from '@nestjs/common';
import type { createProvisioningClaim, ReplyOf } from '#thingcore/contracts';
import { AuthoritySigner } from '../authorities/authority-signer.js';
import { RegistryContext } from '../changes/registry-context.js';
import { RegistryTransactions } from '../changes/registry-transactions.js';
import {
  ProvisioningTemplateStore,
  type TemplateRecord,
} from '../provisioning-templates/provisioning-template.store.js';
import { disabledTemplate, missingTemplate, wrongTemplateType } from '../provisioning-templates/template-refusals.js';
import { ProvisioningClaimStore } from './provisioning-claim.store.js';

/** AWS: CreateProvisioningClaim: a claim ends five minutes after it was made. */
const CLAIM_LIFETIME_MS = 5 * 60_000;

/** Temporary claims, which trusted users hand to one device each. */
@Injectable()
export class ProvisioningClaimService {
  constructor(
    private readonly transactions: RegistryTransactions,
    private readonly templates: ProvisioningTemplateStore,
    private readonly claims: ProvisioningClaimStore,
    private readonly signer: AuthoritySigner,
    private readonly context: RegistryContext,
  ) {}

  /** Makes a claim. Its certificate itself expires with it, so that TLS refuses it as well. */
  async create(templateName: string): Promise<ReplyOf<typeof createProvisioningClaim>> {
    const [template] = await this.templates.findMany([templateName]);
    requireUsable(templateName, template);
    const now = this.context.now();
    const expiresAt = new Date(now.getTime() + CLAIM_LIFETIME_MS);
    const { issued, authorityPem } = await this.signer.issueClaim(now, expiresAt);
    const { certificateId, certificatePem, publicKeyPem, privateKeyPem, notBefore } = issued;
    await this.transactions.run(async ({ manager }) => {
      // Once more: it may have been disabled or deleted while the key was made.
      requireUsable(templateName, await this.templates.lockToUse(manager, templateName));
      await this.claims.insert(manager, { certificateId, templateName, notBefore, expiresAt });
    });
    return { certificateId, certificatePem, publicKeyPem, privateKeyPem, authorityPem, expiresAt: expiresAt.getTime() };
  }
}

function requireUsable(templateName: string, template: TemplateRecord | undefined): void {
  if (template === undefined) throw missingTemplate(templateName);
  const { type, enabled } = template;
  if (type !== 'FLEET_PROVISIONING') throw wrongTemplateType('templateName', templateName, 'FLEET_PROVISIONING', type);
  if (!enabled) throw disabledTemplate('InvalidRequest', templateName);
}
