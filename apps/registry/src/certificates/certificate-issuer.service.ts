import { Injectable } from '@nestjs/common';
import {
  type Certificate,
  type CertificateStatus,
  createCertificateFromCsr,
  createKeysAndCertificate,
  type ParsedRequestOf,
  type ReplyOf,
} from '#thingcore/contracts';
import { contentSha256, type IssuedCertificate } from '#thingcore/pki';
import { AuthoritySigner, type Issued } from '../authorities/authority-signer.js';
import { RegistryContext } from '../changes/registry-context.js';
import { type RegistryTransaction, RegistryTransactions } from '../changes/registry-transactions.js';
import { atField } from './at-field.js';
import { CertificateStore } from './certificate.store.js';
import { toCertificate } from './to-certificate.js';

/** Certificates that the platform itself signs for devices. */
@Injectable()
export class CertificateIssuerService {
  constructor(
    private readonly transactions: RegistryTransactions,
    private readonly certificates: CertificateStore,
    private readonly signer: AuthoritySigner,
    private readonly context: RegistryContext,
  ) {}

  /** Makes a key pair and its certificate. The private key is handed out here and kept nowhere. */
  async createKeysAndCertificate({
    setAsActive,
    keyType,
  }: ParsedRequestOf<typeof createKeysAndCertificate>): Promise<ReplyOf<typeof createKeysAndCertificate>> {
    const { issued, authorityPem } = await this.signer.issueKeysAndCertificate(keyType, this.context.now());
    const { publicKeyPem, privateKeyPem } = issued;
    const certificate = await this.transactions.run((tx) => this.storeIn(tx, issued, statusOf(setAsActive)));
    return { ...certificate, publicKeyPem, privateKeyPem, authorityPem };
  }

  /** {@link createFromCsrIn} in a transaction of its own, with the authorities to trust. */
  async createFromCsr({
    certificateSigningRequest,
    setAsActive,
  }: ParsedRequestOf<typeof createCertificateFromCsr>): Promise<ReplyOf<typeof createCertificateFromCsr>> {
    const { issued, authorityPem } = await this.sign(certificateSigningRequest);
    const certificate = await this.transactions.run((tx) => this.storeIn(tx, issued, statusOf(setAsActive)));
    return { ...certificate, authorityPem };
  }

  /** Signs the request of a device that keeps its key. CertificateValidation for a request that cannot be trusted. */
  async createFromCsrIn(
    tx: RegistryTransaction,
    { certificateSigningRequest, setAsActive }: ParsedRequestOf<typeof createCertificateFromCsr>,
  ): Promise<Certificate> {
    const { issued } = await this.sign(certificateSigningRequest);
    return this.storeIn(tx, issued, statusOf(setAsActive));
  }

  private sign(certificateSigningRequest: string): Promise<Issued<IssuedCertificate>> {
    return atField('certificateSigningRequest', () =>
      this.signer.issueFromCsr(certificateSigningRequest, this.context.now()),
    );
  }

  /** Stores a certificate that the platform has just signed. */
  async storeIn(
    tx: RegistryTransaction,
    { certificateId, certificatePem, notBefore, notAfter }: IssuedCertificate,
    status: CertificateStatus,
  ): Promise<Certificate> {
    const now = this.context.now();
    const record = {
      certificateId,
      contentSha256: contentSha256(certificatePem),
      certificatePem,
      status,
      caCertificateId: null,
      certificateMode: 'DEFAULT' as const,
      notBefore,
      notAfter,
      createdAt: now,
      lastModifiedAt: now,
      lastToldAt: null,
    };
    await this.certificates.insert(tx.manager, record);
    tx.notes('CERTIFICATE', 'CREATED', certificateId);
    return toCertificate(this.context, record);
  }
}

function statusOf(isActive: boolean): CertificateStatus {
  return isActive ? 'ACTIVE' : 'INACTIVE';
}
