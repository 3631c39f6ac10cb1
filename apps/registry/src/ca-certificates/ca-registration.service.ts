import { Injectable } from '@nestjs/common';
import { type CaCertificate, type ParsedRequestOf, registerCaCertificate } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { type AuthorityCertificate, readAuthorityCertificate, verifyPossession } from '#thingcore/pki';
import { RegistryContext } from '../changes/registry-context.js';
import { type RegistryTransaction, RegistryTransactions } from '../changes/registry-transactions.js';
import { atField } from '../certificates/at-field.js';
import { TagStore } from '../tags/tag.store.js';
import { type CaCertificateRecord, CaCertificateStore } from './ca-certificate.store.js';
import { RegistrationTemplates, type StoredTemplate } from './registration-template.js';
import { RegistrationCodeService } from './registration-code.service.js';
import { toCaCertificate } from './to-ca-certificate.js';

type Request = ParsedRequestOf<typeof registerCaCertificate>;

/** AWS IoT quota: "CA certificates with the same subject field". */
const MAX_WITH_ONE_SUBJECT = 10;

/** Registers the operator's own certification authorities. */
@Injectable()
export class CaRegistrationService {
  constructor(
    private readonly transactions: RegistryTransactions,
    private readonly cas: CaCertificateStore,
    private readonly codes: RegistrationCodeService,
    private readonly templates: RegistrationTemplates,
    private readonly tags: TagStore,
    private readonly context: RegistryContext,
  ) {}

  /**
   * Registers a CA. CertificateValidation for a certificate or a proof that does not hold, RegistrationCodeValidation for
   * the wrong code, InvalidRequest for a template that cannot be, ResourceAlreadyExists, and LimitExceeded for an
   * eleventh CA with one subject.
   */
  async register(request: Request): Promise<CaCertificate> {
    const authority = await atField('caCertificatePem', () => readAuthorityCertificate(request.caCertificatePem));
    this.checkValidity(authority);
    checkProofForm(request);
    return this.transactions.run((tx) => this.registerIn(tx, request, authority));
  }

  private async registerIn(tx: RegistryTransaction, request: Request, authority: AuthorityCertificate) {
    const template = await this.templates.toStored(tx, request.registrationConfig);
    await this.checkPossession(tx, request, authority);
    const record = this.toRecord(request, authority, template);
    const count = await this.cas.countOfSubject(tx.manager, record.subjectHash);
    const resourceArn = this.context.arn('cacert', record.certificateId);
    if (!(await this.cas.insert(tx.manager, record))) {
      throw new IotError('ResourceAlreadyExists', `CA certificate ${record.certificateId} is registered already`, {
        details: { field: 'caCertificatePem', resourceId: record.certificateId, resourceArn },
      });
    }
    if (count >= MAX_WITH_ONE_SUBJECT) {
      throw new IotError(
        'LimitExceeded',
        `${count} CA certificates have the subject "${record.subject}", and no more than ${MAX_WITH_ONE_SUBJECT} may: delete one of them`,
        { details: { field: 'caCertificatePem', subject: record.subject, limit: MAX_WITH_ONE_SUBJECT } },
      );
    }
    await this.tags.put(tx.manager, resourceArn, request.tags);
    tx.notes('CA_CERTIFICATE', 'CREATED', record.certificateId);
    return toCaCertificate(this.context, record);
  }

  private checkValidity({ notBefore, notAfter }: AuthorityCertificate): void {
    const now = this.context.now();
    if (notAfter >= now) return;
    throw new IotError(
      'CertificateValidation',
      `The CA certificate was valid from ${notBefore.toISOString()} to ${notAfter.toISOString()} and has expired: register its successor`,
      { details: { field: 'caCertificatePem' } },
    );
  }

  private async checkPossession(
    tx: RegistryTransaction,
    { verificationCertificatePem }: Request,
    { certificatePem }: AuthorityCertificate,
  ): Promise<void> {
    if (verificationCertificatePem === undefined) return;
    const registrationCode = await this.codes.getIn(tx);
    const now = this.context.now();
    await atField('verificationCertificatePem', () =>
      verifyPossession({ authorityPem: certificatePem, verificationCertificatePem, registrationCode, now }),
    );
  }

  private toRecord(
    request: Request,
    authority: AuthorityCertificate,
    template: StoredTemplate | undefined,
  ): CaCertificateRecord {
    const now = this.context.now();
    return {
      certificateId: authority.certificateId,
      certificatePem: authority.certificatePem,
      subject: authority.subject.text,
      subjectHash: authority.subject.hash,
      status: request.setAsActive ? 'ACTIVE' : 'INACTIVE',
      autoRegistrationStatus: request.allowAutoRegistration ? 'ENABLE' : 'DISABLE',
      certificateMode: request.certificateMode,
      templateBody: template?.templateBody ?? null,
      templateName: template?.templateName ?? null,
      roleArn: template?.roleArn ?? null,
      notBefore: authority.notBefore,
      notAfter: authority.notAfter,
      createdAt: now,
      lastModifiedAt: now,
    };
  }
}

/** AWS: RegisterCACertificate, "verificationCertificate": must be there in the mode DEFAULT, must not in SNI_ONLY. */
function checkProofForm({ certificateMode, verificationCertificatePem }: Request): void {
  const hasProof = verificationCertificatePem !== undefined;
  if (hasProof === (certificateMode === 'DEFAULT')) return;
  throw new IotError(
    'InvalidRequest',
    hasProof
      ? 'A CA in the mode SNI_ONLY is registered without a verification certificate: leave it out, or choose the mode DEFAULT'
      : 'A CA in the mode DEFAULT needs a verification certificate: sign one with the CA, the registration code as its common name',
    { details: { field: 'verificationCertificatePem', certificateMode } },
  );
}
