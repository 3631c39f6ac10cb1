import { Injectable } from '@nestjs/common';
import { CertificateService } from '../certificates/certificate.service.js';
import { CertificateStore } from '../certificates/certificate.store.js';
import type { RegistryTransaction } from '../changes/registry-transactions.js';
import { PolicyAttachmentStore } from '../policies/policy-attachment.store.js';

/** A certificate whose token has expired. */
@Injectable()
export class UnclaimedCertificate {
  constructor(
    private readonly store: CertificateStore,
    private readonly certificates: CertificateService,
    private readonly policies: PolicyAttachmentStore,
  ) {}

  /** Deletes the certificate unless somebody has made something of it; answers whether it was deleted. */
  async removeIn(tx: RegistryTransaction, certificateId: string): Promise<boolean> {
    const certificate = await this.store.lockIfThere(tx.manager, certificateId);
    if (certificate?.status !== 'PENDING_ACTIVATION') return false;
    const things = await this.store.thingNames(tx.manager, certificateId);
    const policies = await this.policies.namesOf(tx.manager, { kind: 'certificate', name: certificateId });
    if (things.length > 0 || policies.length > 0) return false;
    await this.certificates.deleteIn(tx, { certificateId, forceDelete: false });
    return true;
  }
}
