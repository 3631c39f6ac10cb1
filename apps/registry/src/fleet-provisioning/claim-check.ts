import { Injectable } from '@nestjs/common';
import { IotError } from '#thingcore/errors';
import { CertificateStore } from '../certificates/certificate.store.js';
import { RegistryContext } from '../changes/registry-context.js';
import { ProvisioningClaimStore } from '../provisioning-claims/provisioning-claim.store.js';

/** Whether the holder of a certificate may still provision devices; its policies were asked at the edge. */
@Injectable()
export class ClaimCheck {
  constructor(
    private readonly certificates: CertificateStore,
    private readonly claims: ProvisioningClaimStore,
    private readonly context: RegistryContext,
  ) {}

  /**
   * Forbidden for a claim that is not ACTIVE any more, has expired, or is of another template than `templateName`. The
   * edge may hold a connection for a moment after that.
   */
  async require(claimCertificateId: string, templateName?: string): Promise<void> {
    const [certificate] = await this.certificates.findMany([claimCertificateId]);
    if (certificate !== undefined) {
      if (certificate.status === 'ACTIVE') return;
      throw refusal(claimCertificateId, `is ${certificate.status}`);
    }
    const [claim] = await this.claims.findMany([claimCertificateId]);
    if (claim === undefined) throw refusal(claimCertificateId, 'is not known');
    if (claim.expiresAt <= this.context.now()) throw refusal(claimCertificateId, 'has expired');
    if (templateName !== undefined && templateName !== claim.templateName) {
      throw refusal(claimCertificateId, `is for the template ${claim.templateName} only`);
    }
  }
}

function refusal(claimCertificateId: string, reason: string): IotError {
  return new IotError('Forbidden', `The claim certificate ${claimCertificateId} ${reason}`, {
    details: { claimCertificateId },
  });
}
