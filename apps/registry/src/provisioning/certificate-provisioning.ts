import { Injectable } from '@nestjs/common';
import {
  type Certificate,
  type CertificateStatus,
  createCertificateFromCsr,
  registerCertificate,
  updateCertificate,
} from '#thingcore/contracts';
import { certificateId as idOf } from '#thingcore/pki';
import type { CertificatePlan } from '#thingcore/provisioning-template';
import { CertificateIssuerService } from '../certificates/certificate-issuer.service.js';
import { CertificateRegistrationService } from '../certificates/certificate-registration.service.js';
import { CertificateService } from '../certificates/certificate.service.js';
import { CertificateStore } from '../certificates/certificate.store.js';
import type { RegistryTransaction } from '../changes/registry-transactions.js';
import { parseRequest } from './parse-request.js';
import { resourceConflict } from './resource-conflict.js';

/** The certificate of a provisioning template before its status is set. */
export interface ProvisionedCertificate {
  certificateId: string;
  /** The status that a certificate had before its provisioning; absent for one that is new or waits for it. */
  statusBefore?: CertificateStatus;
  /** The certificate, if it was issued or registered just now. */
  newCertificatePem?: string;
}

/** Brings about the certificate of a provisioning template. */
@Injectable()
export class CertificateProvisioning {
  constructor(
    private readonly store: CertificateStore,
    private readonly certificates: CertificateService,
    private readonly issuer: CertificateIssuerService,
    private readonly registration: CertificateRegistrationService,
  ) {}

  /** Finds, issues or registers the certificate; its status comes last, with {@link setStatusIn}. */
  async applyIn(
    tx: RegistryTransaction,
    { source, status: newStatus }: CertificatePlan,
  ): Promise<ProvisionedCertificate> {
    switch (source.form) {
      case 'ID': {
        const { certificateId } = parseRequest(updateCertificate, { certificateId: source.certificateId, newStatus });
        return found(await this.store.lock(tx.manager, certificateId));
      }
      case 'CSR': {
        const { certificateSigningRequest } = source;
        const request = parseRequest(createCertificateFromCsr, { certificateSigningRequest });
        return created(await this.issuer.createFromCsrIn(tx, request));
      }
      case 'PEM': {
        const existing = await this.store.lockIfThere(tx.manager, idOf(source.certificatePem));
        if (existing !== undefined) return found(existing);
        const { certificatePem, caCertificatePem } = source;
        const request = parseRequest(registerCertificate, { certificatePem, caCertificatePem });
        return created(await this.registration.registerIn(tx, request));
      }
    }
  }

  /** Sets the status that the template says, as far as its OverrideSettings allow where there was one before. */
  async setStatusIn(
    tx: RegistryTransaction,
    { logicalName, status, overrides }: CertificatePlan,
    { certificateId, statusBefore }: ProvisionedCertificate,
  ): Promise<void> {
    if (statusBefore !== undefined && statusBefore !== status) {
      if (overrides.status === 'DO_NOTHING') return;
      if (overrides.status === 'FAIL') {
        throw resourceConflict(logicalName, 'Status', `Certificate ${certificateId}`);
      }
    }
    await this.certificates.updateStatusIn(tx, { certificateId, newStatus: status });
  }
}

function created({ certificateId, certificatePem }: Certificate): ProvisionedCertificate {
  return { certificateId, newCertificatePem: certificatePem };
}

function found({
  certificateId,
  status,
}: ProvisionedCertificate & { status: CertificateStatus }): ProvisionedCertificate {
  return status === 'PENDING_ACTIVATION' ? { certificateId } : { certificateId, statusBefore: status };
}
