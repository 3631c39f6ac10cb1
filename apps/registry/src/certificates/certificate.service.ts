import { Injectable } from '@nestjs/common';
import {
  type Certificate,
  type CertificateStatus,
  type ParsedRequestOf,
  type ReplyOf,
  createKeysAndCertificate,
  principalChanged,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Clock, Scope } from '#thingcore/platform';
import { iotArn } from '#thingcore/policy';
import { EventBus } from '#thingcore/transport';
import { Authority } from './authority.js';
import { type CertificateRecord, CertificateStore } from './certificate.store.js';

/** The certificates of devices. */
@Injectable()
export class CertificateService {
  constructor(
    private readonly certificates: CertificateStore,
    private readonly authority: Authority,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly scope: Scope,
  ) {}

  /** Makes a key pair and its certificate. The private key is handed out here and kept nowhere. */
  async createKeysAndCertificate({
    setAsActive,
    keyType,
  }: ParsedRequestOf<typeof createKeysAndCertificate>): Promise<ReplyOf<typeof createKeysAndCertificate>> {
    const now = new Date(this.clock.now());
    const issued = await this.authority.issueDeviceCertificate(keyType, now);
    const record: CertificateRecord = {
      certificateId: issued.certificateId,
      certificatePem: issued.certificatePem,
      status: setAsActive ? 'ACTIVE' : 'INACTIVE',
      notBefore: issued.notBefore,
      notAfter: issued.notAfter,
      createdAt: now,
    };
    await this.certificates.insert(record);
    return {
      ...this.toCertificate(record),
      publicKeyPem: issued.publicKeyPem,
      privateKeyPem: issued.privateKeyPem,
      authorityPem: this.authority.certificatePem,
    };
  }

  async get(certificateId: string): Promise<Certificate> {
    return this.toCertificate(await this.certificates.get(certificateId));
  }

  /** Sets the status and tells every broker, so that live connections follow. */
  async updateStatus(certificateId: string, newStatus: CertificateStatus): Promise<Certificate> {
    const isSet = await this.certificates.setStatus(certificateId, newStatus);
    const certificate = await this.get(certificateId);
    if (!isSet) {
      throw new IotError(
        'CertificateState',
        `Certificate ${certificateId} is REVOKED, which is final: issue a new certificate`,
        { details: { certificateId, status: certificate.status } },
      );
    }
    await this.events.publish(principalChanged, { certificateIds: [certificateId] });
    return certificate;
  }

  private toCertificate({
    notBefore,
    notAfter,
    certificateId,
    certificatePem,
    status,
  }: CertificateRecord): Certificate {
    return {
      certificateId,
      certificateArn: iotArn(this.scope, 'cert', certificateId),
      certificatePem,
      status,
      notBefore: notBefore.getTime(),
      notAfter: notAfter.getTime(),
    };
  }
}
