import { Injectable } from '@nestjs/common';
import {
  type Certificate,
  type CertificateStatus,
  type ParsedRequestOf,
  registerCertificate,
  registerCertificateWithoutCa,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { certificateId, type DeviceCertificate, isIssuedBy, readDeviceCertificate } from '#thingcore/pki';
import { type CaCertificateRecord, CaCertificateStore } from '../ca-certificates/ca-certificate.store.js';
import { RegistryContext } from '../changes/registry-context.js';
import { type RegistryTransaction, RegistryTransactions } from '../changes/registry-transactions.js';
import { atField } from './at-field.js';
import { CertificateStore } from './certificate.store.js';
import { RevokedContentStore } from './revoked-content.store.js';
import { toCertificate } from './to-certificate.js';

/** Certificates that others have signed, registered by hand. */
@Injectable()
export class CertificateRegistrationService {
  constructor(
    private readonly transactions: RegistryTransactions,
    private readonly certificates: CertificateStore,
    private readonly cas: CaCertificateStore,
    private readonly revoked: RevokedContentStore,
    private readonly context: RegistryContext,
  ) {}

  /** {@link registerIn} in a transaction of its own. */
  register(request: ParsedRequestOf<typeof registerCertificate>): Promise<Certificate> {
    return this.transactions.run((tx) => this.registerIn(tx, request));
  }

  /**
   * Registers a certificate that one of the operator's CAs has signed. ResourceNotFound when that CA is not registered,
   * CertificateState when it is INACTIVE, CertificateValidation when it has not signed, is not valid now, or cannot be
   * told from others, ResourceAlreadyExists.
   */
  async registerIn(
    tx: RegistryTransaction,
    { certificatePem, caCertificatePem, status }: ParsedRequestOf<typeof registerCertificate>,
  ): Promise<Certificate> {
    const certificate = await atField('certificatePem', () => readDeviceCertificate(certificatePem));
    const ca = await this.signerIn(tx, certificate, caCertificatePem);
    this.checkSigner(certificate, ca);
    return this.storeIn(tx, certificate, ca, status);
  }

  /** {@link registerWithoutCaIn} in a transaction of its own. */
  registerWithoutCa(request: ParsedRequestOf<typeof registerCertificateWithoutCa>): Promise<Certificate> {
    return this.transactions.run((tx) => this.registerWithoutCaIn(tx, request));
  }

  /** Registers a certificate whoever signed it. ResourceAlreadyExists for one that is registered. */
  async registerWithoutCaIn(
    tx: RegistryTransaction,
    { certificatePem, status }: ParsedRequestOf<typeof registerCertificateWithoutCa>,
  ): Promise<Certificate> {
    const certificate = await atField('certificatePem', () => readDeviceCertificate(certificatePem));
    return this.storeIn(tx, certificate, undefined, status);
  }

  /** The registered CA that is said to have signed. AWS: `caCertificatePem` is needed when several share the subject. */
  private async signerIn(
    tx: RegistryTransaction,
    { issuer }: DeviceCertificate,
    caCertificatePem: string | undefined,
  ): Promise<CaCertificateRecord> {
    const candidates = await this.cas.ofSubject(tx.manager, issuer.hash);
    if (caCertificatePem !== undefined) {
      const caCertificateId = await atField('caCertificatePem', () => certificateId(caCertificatePem));
      return (
        candidates.find((ca) => ca.certificateId === caCertificateId) ?? this.otherSigner(issuer.text, caCertificateId)
      );
    }
    const [only, ...others] = candidates;
    if (only === undefined) {
      throw new IotError(
        'ResourceNotFound',
        `No CA with the subject "${issuer.text}", which has issued the certificate, is registered: register the CA that ` +
          'signed it directly, or register the certificate without a CA',
        { details: { field: 'certificatePem', issuer: issuer.text } },
      );
    }
    if (others.length === 0) return only;
    throw new IotError(
      'CertificateValidation',
      `${candidates.length} registered CAs have the subject "${issuer.text}": say with caCertificatePem which one signed the certificate`,
      { details: { field: 'caCertificatePem', caCertificateIds: candidates.map((ca) => ca.certificateId) } },
    );
  }

  /** None of the CAs with the issuer's name is the one that the caller gave. */
  private otherSigner(issuer: string, caCertificateId: string): never {
    throw new IotError(
      'ResourceNotFound',
      `No CA ${caCertificateId} with the subject "${issuer}", which has issued the certificate, is registered`,
      { details: { field: 'caCertificatePem', certificateId: caCertificateId, issuer } },
    );
  }

  private checkSigner(certificate: DeviceCertificate, ca: CaCertificateRecord): void {
    const details = { field: 'certificatePem', caCertificateId: ca.certificateId };
    if (!isIssuedBy(certificate.certificatePem, ca.certificatePem)) {
      throw new IotError(
        'CertificateValidation',
        `The certificate names the CA "${ca.subject}" as its issuer, but the key of that CA (${ca.certificateId}) has not signed it`,
        { details },
      );
    }
    if (ca.status !== 'ACTIVE') {
      throw new IotError(
        'CertificateState',
        `CA certificate ${ca.certificateId} is INACTIVE and registers no certificates: set it to ACTIVE first`,
        { details: { ...details, status: ca.status } },
      );
    }
    const now = this.context.now();
    if (ca.notBefore > now || ca.notAfter < now) {
      throw new IotError(
        'CertificateValidation',
        `CA certificate ${ca.certificateId} is valid from ${ca.notBefore.toISOString()} to ${ca.notAfter.toISOString()}, not now`,
        { details },
      );
    }
  }

  private async storeIn(
    tx: RegistryTransaction,
    certificate: DeviceCertificate,
    ca: CaCertificateRecord | undefined,
    status: CertificateStatus,
  ): Promise<Certificate> {
    const now = this.context.now();
    const { certificateId, contentSha256, certificatePem, notBefore, notAfter } = certificate;
    const record = {
      certificateId,
      contentSha256,
      certificatePem,
      status,
      caCertificateId: ca?.certificateId ?? null,
      // AWS: RegisterCertificateWithoutCA, always SNI_ONLY.
      certificateMode: ca?.certificateMode ?? ('SNI_ONLY' as const),
      notBefore,
      notAfter,
      createdAt: now,
      lastModifiedAt: now,
      lastToldAt: null,
    };
    if (!(await this.certificates.insert(tx.manager, record))) {
      return this.refuseRegistered(tx, certificate);
    }
    // An operator's own hand takes back that it was deleted as REVOKED.
    await this.revoked.remove(tx.manager, contentSha256);
    // Its device may have tried to connect before: brokers may hold that it is unknown.
    tx.affects('certificate', certificateId);
    tx.notes('CERTIFICATE', 'CREATED', certificateId);
    return toCertificate(this.context, record);
  }

  private async refuseRegistered(
    tx: RegistryTransaction,
    { certificateId, contentSha256 }: DeviceCertificate,
  ): Promise<never> {
    const resourceId = (await this.certificates.idOfContent(tx.manager, contentSha256)) ?? certificateId;
    const isSame = resourceId === certificateId;
    throw new IotError(
      'ResourceAlreadyExists',
      isSame
        ? `Certificate ${certificateId} is registered already`
        : `Certificate ${certificateId} is registered already as ${resourceId}, with another form of its signature: use that one`,
      { details: { field: 'certificatePem', resourceId, resourceArn: this.context.arn('cert', resourceId) } },
    );
  }
}
