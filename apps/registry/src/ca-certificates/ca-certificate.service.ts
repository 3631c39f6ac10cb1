import { Injectable } from '@nestjs/common';
import {
  type CaCertificate,
  listCaCertificates,
  type ParsedRequestOf,
  type ReplyOf,
  updateCaCertificate,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { fromPageToken, toPage } from '../certificates/newest-first.js';
import { RegistryContext } from '../changes/registry-context.js';
import { RegistryTransactions } from '../changes/registry-transactions.js';
import { TagStore } from '../tags/tag.store.js';
import { type CaCertificateChange, type CaCertificateRecord, CaCertificateStore } from './ca-certificate.store.js';
import { RegistrationTemplates, type StoredTemplate } from './registration-template.js';
import { toCaCertificate } from './to-ca-certificate.js';

type Update = ParsedRequestOf<typeof updateCaCertificate>;

/** The operator's certification authorities once they are registered. */
@Injectable()
export class CaCertificateService {
  constructor(
    private readonly transactions: RegistryTransactions,
    private readonly cas: CaCertificateStore,
    private readonly templates: RegistrationTemplates,
    private readonly tags: TagStore,
    private readonly context: RegistryContext,
  ) {}

  /** The CA; ResourceNotFound when there is none. */
  async get(certificateId: string): Promise<CaCertificate> {
    return toCaCertificate(this.context, await this.cas.get(certificateId));
  }

  /** A page of CAs, the newest first if not asked otherwise. */
  async list({
    after,
    limit,
    ...wanted
  }: ParsedRequestOf<typeof listCaCertificates>): Promise<ReplyOf<typeof listCaCertificates>> {
    const records = await this.cas.page(wanted, fromPageToken(after), limit + 1);
    const { page, ...next } = toPage(records, limit);
    return { caCertificates: page.map((record) => toCaCertificate(this.context, record)), ...next };
  }

  /** Changes what is given. InvalidRequest for a template that cannot be, or for a request that contradicts itself. */
  update(request: Update): Promise<CaCertificate> {
    checkUpdate(request);
    return this.transactions.run(async (tx) => {
      const { manager } = tx;
      const record = await this.cas.lock(manager, request.certificateId);
      const change = changed(record, request, await this.templates.toStored(tx, request.registrationConfig));
      const now = this.context.now();
      await this.cas.update(manager, request.certificateId, change, now);
      tx.notes('CA_CERTIFICATE', 'UPDATED', request.certificateId);
      return toCaCertificate(this.context, { ...record, ...change, lastModifiedAt: now });
    });
  }

  /** Deletes a CA with its tags; CertificateState while it is ACTIVE. The certificates that it has signed stay. */
  delete(certificateId: string): Promise<void> {
    return this.transactions.run(async (tx) => {
      const { manager } = tx;
      const { status } = await this.cas.lock(manager, certificateId);
      if (status === 'ACTIVE') {
        throw new IotError(
          'CertificateState',
          `CA certificate ${certificateId} is ACTIVE: set it to INACTIVE before it is deleted`,
          { details: { field: 'certificateId', certificateId, status } },
        );
      }
      await this.tags.removeAll(manager, this.context.arn('cacert', certificateId));
      await this.cas.delete(manager, certificateId);
      tx.notes('CA_CERTIFICATE', 'DELETED', certificateId);
    });
  }
}

function checkUpdate({ removeAutoRegistration, newAutoRegistrationStatus, registrationConfig }: Update): void {
  if (!removeAutoRegistration || (registrationConfig === undefined && newAutoRegistrationStatus !== 'ENABLE')) return;
  throw new IotError(
    'InvalidRequest',
    'removeAutoRegistration removes the template and ends the automatic registration: it cannot come with a new template, or with ENABLE',
    { details: { field: 'removeAutoRegistration' } },
  );
}

function changed(
  record: CaCertificateRecord,
  request: Update,
  template: StoredTemplate | undefined,
): CaCertificateChange {
  const status = request.newStatus ?? record.status;
  if (request.removeAutoRegistration) {
    return { status, autoRegistrationStatus: 'DISABLE', templateBody: null, templateName: null, roleArn: null };
  }
  const { templateBody, templateName, roleArn } = template ?? record;
  return {
    status,
    autoRegistrationStatus: request.newAutoRegistrationStatus ?? record.autoRegistrationStatus,
    templateBody,
    templateName,
    roleArn,
  };
}
