import { Injectable } from '@nestjs/common';
import {
  type Certificate,
  deleteCertificate,
  listCertificates,
  type ParsedRequestOf,
  type ReplyOf,
  updateCertificate,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { RegistryContext } from '../changes/registry-context.js';
import { type RegistryTransaction, RegistryTransactions } from '../changes/registry-transactions.js';
import { PolicyAttachmentStore } from '../policies/policy-attachment.store.js';
import { CertificateStore } from './certificate.store.js';
import { fromPageToken, toPageToken } from './newest-first.js';
import { RevokedContentStore } from './revoked-content.store.js';
import { toCertificate } from './to-certificate.js';

/** The certificates of devices, whoever signed them. */
@Injectable()
export class CertificateService {
  constructor(
    private readonly transactions: RegistryTransactions,
    private readonly certificates: CertificateStore,
    private readonly policies: PolicyAttachmentStore,
    private readonly revoked: RevokedContentStore,
    private readonly context: RegistryContext,
  ) {}

  /** The certificates of these ids, in the order asked; what does not exist is left out. */
  async getMany(certificateIds: string[]): Promise<Certificate[]> {
    const found = new Map(
      (await this.certificates.findMany(certificateIds)).map((record) => [record.certificateId, record]),
    );
    return certificateIds.flatMap((certificateId) => {
      const record = found.get(certificateId);
      return record === undefined ? [] : [toCertificate(this.context, record)];
    });
  }

  /** A page of the certificates that meet the filters, the newest first. */
  async list({
    after,
    limit,
    orderBy,
    isAscending,
    ...filter
  }: ParsedRequestOf<typeof listCertificates>): Promise<ReplyOf<typeof listCertificates>> {
    const order = { orderBy, isAscending };
    const records = await this.certificates.page(filter, order, fromPageToken(after), limit + 1);
    const page = records.slice(0, limit);
    const last = page.at(-1);
    const next =
      records.length > limit && last !== undefined
        ? { nextToken: toPageToken({ createdAt: last[orderBy], certificateId: last.certificateId }) }
        : {};
    return { certificates: page.map((record) => toCertificate(this.context, record)), ...next };
  }

  /** {@link updateStatusIn} in a transaction of its own. */
  updateStatus(request: ParsedRequestOf<typeof updateCertificate>): Promise<Certificate> {
    return this.transactions.run((tx) => this.updateStatusIn(tx, request));
  }

  /** Sets the status. CertificateState for a REVOKED certificate: AWS documents that as irreversible. */
  async updateStatusIn(
    tx: RegistryTransaction,
    { certificateId, newStatus }: ParsedRequestOf<typeof updateCertificate>,
  ): Promise<Certificate> {
    const record = await this.certificates.lock(tx.manager, certificateId);
    if (record.status === newStatus) return toCertificate(this.context, record);
    if (record.status === 'REVOKED') {
      throw new IotError(
        'CertificateState',
        `Certificate ${certificateId} is REVOKED, which is final: issue a new certificate`,
        { details: { field: 'newStatus', certificateId, status: record.status } },
      );
    }
    const now = this.context.now();
    await this.certificates.setStatus(tx.manager, certificateId, newStatus, now);
    tx.affects('certificate', certificateId);
    return toCertificate(this.context, { ...record, status: newStatus, lastModifiedAt: now });
  }

  /** {@link deleteIn} in a transaction of its own. */
  delete(request: ParsedRequestOf<typeof deleteCertificate>): Promise<void> {
    return this.transactions.run((tx) => this.deleteIn(tx, request));
  }

  /**
   * Deletes a certificate. CertificateState while it is ACTIVE; DeleteConflict, with the names, while things or policies
   * are attached; `forceDelete` detaches policies, never things. The content of a REVOKED one is remembered: its CA, if it
   * registers by itself, does not let the device back in; an operator can still register the certificate by hand.
   */
  async deleteIn(
    tx: RegistryTransaction,
    { certificateId, forceDelete }: ParsedRequestOf<typeof deleteCertificate>,
  ): Promise<void> {
    const { status, contentSha256 } = await this.certificates.lock(tx.manager, certificateId);
    if (status === 'ACTIVE') {
      throw new IotError(
        'CertificateState',
        `Certificate ${certificateId} is ACTIVE: set it to INACTIVE or REVOKED before it is deleted`,
        { details: { field: 'certificateId', certificateId, status } },
      );
    }
    const target = { kind: 'certificate', name: certificateId } as const;
    const thingNames = await this.certificates.thingNames(tx.manager, certificateId);
    const policyNames = await this.policies.namesOf(tx.manager, target);
    if (thingNames.length > 0 || (policyNames.length > 0 && !forceDelete)) {
      throw new IotError(
        'DeleteConflict',
        `Certificate ${certificateId} is attached to ${attached(thingNames, policyNames)}: detach them first`,
        { details: { field: 'certificateId', certificateId, thingNames, policyNames } },
      );
    }
    await this.policies.deleteAllOf(tx.manager, target);
    if (status === 'REVOKED') {
      await this.revoked.add(tx.manager, { contentSha256, certificateId }, this.context.now());
    }
    await this.certificates.delete(tx.manager, certificateId);
    tx.affects('certificate', certificateId);
    tx.notes('CERTIFICATE', 'DELETED', certificateId);
  }
}

/** How many names a message says; `details` hold all. */
const NAMES_IN_MESSAGE = 3;

function attached(thingNames: string[], policyNames: string[]): string {
  return [some('thing', 'things', thingNames), some('policy', 'policies', policyNames)]
    .filter((text) => text !== '')
    .join(' and ');
}

function some(one: string, many: string, names: string[]): string {
  if (names.length === 0) return '';
  const said = names.slice(0, NAMES_IN_MESSAGE).join(', ');
  const rest = names.length > NAMES_IN_MESSAGE ? ` and ${names.length - NAMES_IN_MESSAGE} more` : '';
  return `the ${names.length === 1 ? one : many} ${said}${rest}`;
}
