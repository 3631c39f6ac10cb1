import { X509Certificate } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { presentCertificate, ReplyOf } from '#thingcore/contracts';
import { reviveError } from '#thingcore/errors';
import { type DeviceCertificate, jitpParameters } from '#thingcore/pki';
import { Logger } from '#thingcore/platform';
import { parseProvisioningTemplate, type ProvisioningPlan, resolveTemplate } from '#thingcore/provisioning-template';
import { CertificateStore } from '../certificates/certificate.store.js';
import { RegistryTransactions } from '../changes/registry-transactions.js';
import { ProvisioningTemplateStore } from '../provisioning-templates/provisioning-template.store.js';
import { disabledTemplate, missingTemplate } from '../provisioning-templates/template-refusals.js';
import type { TemplateSource } from './just-in-time-registration.js';
import { outcomeOf } from './presentation-outcome.js';
import { ProvisioningMetrics } from './provisioning-metrics.js';
import { ProvisioningService } from './provisioning.service.js';

type Outcome = ReplyOf<typeof presentCertificate>;

/** Runs the template of a CA for a device that showed its certificate. AWS: just-in-time provisioning. */
@Injectable()
export class JustInTimeProvisioning {
  constructor(
    private readonly transactions: RegistryTransactions,
    private readonly certificates: CertificateStore,
    private readonly templates: ProvisioningTemplateStore,
    private readonly provisioning: ProvisioningService,
    private readonly metrics: ProvisioningMetrics,
    private readonly logger: Logger,
  ) {}

  /** Provisions a certificate that waits for it. One that fails goes on waiting: its device's next attempt is another. */
  async provision(certificate: DeviceCertificate, source: TemplateSource): Promise<Outcome> {
    const templateName = 'templateName' in source ? source.templateName : '';
    try {
      return await this.metrics.count('just-in-time', templateName, async () => {
        const templateBody = await this.bodyOf(source);
        return this.apply(certificate.certificateId, planOf(certificate.certificatePem, templateBody));
      });
    } catch (error) {
      const { code, message: reason } = reviveError(error);
      if (code === 'Internal') throw error;
      const { certificateId } = certificate;
      this.logger.warn('just-in-time provisioning failed', { certificateId, templateName, code, reason });
      return { outcome: 'PROVISIONING_FAILED', reason };
    }
  }

  /** A template with a name counts in its default version of now, and only while it is enabled. */
  private async bodyOf(source: TemplateSource): Promise<string> {
    if ('templateBody' in source) return source.templateBody;
    const { templateName } = source;
    const [template] = await this.templates.findMany([templateName]);
    if (template === undefined) throw missingTemplate(templateName);
    if (!template.enabled) throw disabledTemplate('Forbidden', templateName);
    return template.templateBody;
  }

  private apply(certificateId: string, plan: ProvisioningPlan): Promise<Outcome> {
    return this.transactions.run(async (tx) => {
      const { status } = await this.certificates.lock(tx.manager, certificateId);
      // Another replica, or the operator, may have been faster.
      if (status !== 'PENDING_ACTIVATION') return { outcome: outcomeOf(status) };
      await this.provisioning.applyIn(tx, plan);
      return { outcome: 'PROVISIONED' };
    });
  }
}

function planOf(certificatePem: string, templateBody: string): ProvisioningPlan {
  const template = parseProvisioningTemplate(templateBody, 'JITP');
  return resolveTemplate(template, jitpParameters(new X509Certificate(certificatePem).raw));
}
