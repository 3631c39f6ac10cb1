import { Injectable } from '@nestjs/common';
import type { ParsedRequestOf, registerFleetThing } from '#thingcore/contracts';
import type { ProvisioningPlan } from '#thingcore/provisioning-template';
import type { CertificateRecord } from '../certificates/certificate.store.js';
import { RegistryContext } from '../changes/registry-context.js';
import { RegistryTransactions } from '../changes/registry-transactions.js';
import {
  ProvisioningTemplateStore,
  type TemplateRecord,
} from '../provisioning-templates/provisioning-template.store.js';
import { missingTemplate } from '../provisioning-templates/template-refusals.js';
import { ProvisioningService } from '../provisioning/provisioning.service.js';
import { invalidToken, unusableCertificate } from './fleet-refusals.js';
import { OwnedCertificateStores } from './owned-certificate-stores.js';
import type { OwnershipTokenRecord } from './ownership-token.store.js';

type Request = Pick<
  ParsedRequestOf<typeof registerFleetThing>,
  'claimCertificateId' | 'templateName' | 'certificateOwnershipToken'
>;

/** Certificates whose owners prove themselves with a token. */
@Injectable()
export class OwnedCertificates {
  constructor(
    private readonly transactions: RegistryTransactions,
    private readonly templates: ProvisioningTemplateStore,
    private readonly stores: OwnedCertificateStores,
    private readonly provisioning: ProvisioningService,
    private readonly context: RegistryContext,
  ) {}

  /** The certificate of a token. InvalidRequest for a token that does not count, Forbidden for its certificate. */
  async find({ certificateOwnershipToken, claimCertificateId }: Request) {
    const token = await this.stores.tokens.find(certificateOwnershipToken);
    const certificateId = requireToken(token, claimCertificateId, this.context.now());
    const [certificate] = await this.stores.certificates.findMany([certificateId]);
    if (certificate === undefined) throw invalidToken('is not known');
    requireWaiting(certificate);
    return { certificateId, certificatePem: certificate.certificatePem };
  }

  /**
   * Brings about a plan for the certificate of a token and uses the token up, both or neither. All is looked at again: of
   * two that come with one token, one wins. `check` refuses a template that changed meanwhile.
   */
  provision(
    { certificateOwnershipToken, claimCertificateId, templateName }: Request,
    plan: ProvisioningPlan,
    check: (template: TemplateRecord) => void,
  ): Promise<{ thingName: string; certificateId: string }> {
    return this.transactions.run(async (tx) => {
      const template = await this.templates.lockToUse(tx.manager, templateName);
      if (template === undefined) throw missingTemplate(templateName);
      check(template);
      const now = this.context.now();
      const token = await this.stores.tokens.lock(tx.manager, certificateOwnershipToken);
      const certificateId = requireToken(token, claimCertificateId, now);
      requireWaiting(await this.stores.certificates.lock(tx.manager, certificateId));
      const { thingName } = await this.provisioning.applyIn(tx, plan);
      await this.stores.tokens.setUsed(tx.manager, certificateOwnershipToken, now);
      return { thingName, certificateId };
    });
  }
}

/** The certificate of a token that counts. One of another claim is as unknown as one that never was. */
function requireToken(token: OwnershipTokenRecord | undefined, claimCertificateId: string, now: Date): string {
  if (token?.claimCertificateId !== claimCertificateId) throw invalidToken('is not known');
  if (token.usedAt !== null) throw invalidToken('has been used');
  if (token.expiresAt <= now) throw invalidToken('has expired');
  return token.certificateId;
}

/** An operator may have been faster: one that is INACTIVE or REVOKED is not for a device to bring back. */
function requireWaiting({ certificateId, status }: CertificateRecord): void {
  if (status === 'PENDING_ACTIVATION' || status === 'ACTIVE') return;
  throw unusableCertificate(certificateId, status);
}
