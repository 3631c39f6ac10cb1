import { Injectable } from '@nestjs/common';
import type { CertificateStatus } from '#thingcore/contracts';
import { type DeviceCertificate, isIssuedBy } from '#thingcore/pki';
import { Clock, Scope } from '#thingcore/platform';
import { type CaCertificateRecord, CaCertificateStore } from '../ca-certificates/ca-certificate.store.js';
import { type CertificateRecord, CertificateStore } from '../certificates/certificate.store.js';
import { RevokedContentStore } from '../certificates/revoked-content.store.js';
import { type RegistryTransaction, RegistryTransactions } from '../changes/registry-transactions.js';

/** What became of a certificate that a device has shown. */
export interface Presentation {
  /** `UNKNOWN`: nothing of it is stored. */
  status: CertificateStatus | 'UNKNOWN';
  /** The template that is to provision it now, if there is one. */
  template?: TemplateSource;
}

/** Where a template of just-in-time provisioning is: with the CA, or among the provisioning templates. */
export type TemplateSource = { readonly templateBody: string } | { readonly templateName: string };

/** A device that tries again and again is told of once in this time. */
const TELL_EVERY_MS = 1_000;

const UNKNOWN: Presentation = { status: 'UNKNOWN' };

/** Registers the certificates of the operator's CAs when their devices first show them. AWS: just-in-time registration. */
@Injectable()
export class JustInTimeRegistration {
  constructor(
    private readonly transactions: RegistryTransactions,
    private readonly certificates: CertificateStore,
    private readonly cas: CaCertificateStore,
    private readonly revoked: RevokedContentStore,
    private readonly clock: Clock,
    private readonly scope: Scope,
  ) {}

  /**
   * Registers a certificate that is not known and tells of one that waits for its activation. One whose content is known
   * under another id, which another form of its signature has, is that certificate and is not registered again; nor is
   * one that was deleted when it was REVOKED: only an operator's own hand brings that back.
   */
  async register(certificate: DeviceCertificate): Promise<Presentation> {
    const now = new Date(this.clock.now());
    if (now < certificate.notBefore || now > certificate.notAfter) return UNKNOWN;
    return this.transactions.run(async (tx) => {
      const known = await this.certificates.lockPresented(tx.manager, certificate);
      // No connection with the other id can ever count: nothing is told or provisioned for it.
      if (known !== undefined && known.certificateId !== certificate.certificateId) return UNKNOWN;
      if (known !== undefined && known.status !== 'PENDING_ACTIVATION') return { status: known.status };
      // After the lock: whoever deletes the certificate meanwhile holds it until the content is noted.
      if (known === undefined && (await this.revoked.has(tx.manager, certificate.contentSha256))) return UNKNOWN;
      const cas = await this.cas.ofSubject(tx.manager, certificate.issuer.hash);
      const open = cas.filter((ca) => registersByItself(ca, now));
      return known === undefined ? this.registerIn(tx, certificate, open, now) : this.tellAgainIn(tx, known, open, now);
    });
  }

  private async registerIn(
    tx: RegistryTransaction,
    { certificateId, contentSha256, certificatePem, notBefore, notAfter }: DeviceCertificate,
    open: CaCertificateRecord[],
    now: Date,
  ): Promise<Presentation> {
    const ca = open.find((candidate) => isIssuedBy(certificatePem, candidate.certificatePem));
    if (ca === undefined) return UNKNOWN;
    const record: CertificateRecord = {
      certificateId,
      contentSha256,
      certificatePem,
      status: 'PENDING_ACTIVATION',
      caCertificateId: ca.certificateId,
      certificateMode: ca.certificateMode,
      notBefore,
      notAfter,
      createdAt: now,
      lastModifiedAt: now,
      lastToldAt: now,
    };
    // Another replica that was shown it at the same time may have been faster, and tells of it.
    if (!(await this.certificates.insert(tx.manager, record))) return { status: 'PENDING_ACTIVATION' };
    tx.affects('certificate', certificateId);
    tx.notes('CERTIFICATE', 'CREATED', certificateId);
    return this.tell(tx, record, ca, now);
  }

  private async tellAgainIn(
    tx: RegistryTransaction,
    known: CertificateRecord,
    open: CaCertificateRecord[],
    now: Date,
  ): Promise<Presentation> {
    const ca = open.find(({ certificateId }) => certificateId === known.caCertificateId);
    const lastToldAt = known.lastToldAt?.getTime() ?? 0;
    if (ca === undefined || now.getTime() - lastToldAt < TELL_EVERY_MS) return { status: 'PENDING_ACTIVATION' };
    await this.certificates.setToldAt(tx.manager, known.certificateId, now);
    return this.tell(tx, known, ca, now);
  }

  // AWS: "Just-in-time registration", the message on $aws/events/certificates/registered/{caCertificateId}.
  private tell(
    tx: RegistryTransaction,
    { certificateId, status, createdAt }: CertificateRecord,
    { certificateId: caCertificateId, templateBody, templateName }: CaCertificateRecord,
    now: Date,
  ): Presentation {
    tx.tellAlways(`$aws/events/certificates/registered/${caCertificateId}`, {
      certificateId,
      caCertificateId,
      timestamp: now.getTime(),
      certificateStatus: status,
      awsAccountId: this.scope.account,
      certificateRegistrationTimestamp: String(createdAt.getTime()),
    });
    if (templateName !== null) return { status, template: { templateName } };
    return templateBody === null ? { status } : { status, template: { templateBody } };
  }
}

/** AWS: a CA that is INACTIVE registers nothing; one whose own time is over could not have its signatures believed. */
function registersByItself(ca: CaCertificateRecord, now: Date): boolean {
  const isOpen = ca.status === 'ACTIVE' && ca.autoRegistrationStatus === 'ENABLE';
  return isOpen && ca.notBefore <= now && now <= ca.notAfter;
}
