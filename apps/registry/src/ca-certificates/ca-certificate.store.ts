import { Injectable } from '@nestjs/common';
import type { CaCertificate } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { DataSource, type EntityManager } from 'typeorm';
import type { NewestFirstPosition } from '../certificates/newest-first.js';
import { CaCertificateEntity } from './ca-certificate.entity.js';

/** An operator's CA as it is stored. */
export interface CaCertificateRecord {
  certificateId: string;
  certificatePem: string;
  /** The distinguished name as text. */
  subject: string;
  /** SHA-256 of the name: what its certificates have as their issuer. */
  subjectHash: string;
  status: CaCertificate['status'];
  autoRegistrationStatus: CaCertificate['autoRegistrationStatus'];
  certificateMode: CaCertificate['certificateMode'];
  /** The template of just-in-time provisioning, unless it has a name. */
  templateBody: string | null;
  /** The name of the template of just-in-time provisioning. */
  templateName: string | null;
  /** Given with the template, and kept for whoever asks. */
  roleArn: string | null;
  notBefore: Date;
  notAfter: Date;
  createdAt: Date;
  lastModifiedAt: Date;
}

/** What may change of a CA. */
export type CaCertificateChange = Pick<
  CaCertificateRecord,
  'status' | 'autoRegistrationStatus' | 'templateBody' | 'templateName' | 'roleArn'
>;

/** The operator's certification authorities, in PostgreSQL. */
@Injectable()
export class CaCertificateStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Stores a CA; answers false and changes nothing when it is there already. */
  async insert(manager: EntityManager, ca: CaCertificateRecord): Promise<boolean> {
    const result = await manager
      .createQueryBuilder()
      .insert()
      .into(CaCertificateEntity)
      .values(ca)
      .orIgnore()
      .returning('certificate_id')
      .execute();
    return (result.raw as unknown[]).length === 1;
  }

  /** The CA of that id; ResourceNotFound when there is none. */
  async get(certificateId: string): Promise<CaCertificateRecord> {
    const entity = await this.dataSource.getRepository(CaCertificateEntity).findOneBy({ certificateId });
    return entity ?? notFound(certificateId);
  }

  /** The CA, which nobody else changes until the transaction ends; ResourceNotFound when there is none. */
  async lock(manager: EntityManager, certificateId: string): Promise<CaCertificateRecord> {
    const entity = await manager
      .getRepository(CaCertificateEntity)
      .findOne({ where: { certificateId }, lock: { mode: 'pessimistic_write' } });
    return entity ?? notFound(certificateId);
  }

  /** The CAs of that subject. They stay as they are until the transaction ends, so that what they sign may be stored. */
  ofSubject(manager: EntityManager, subjectHash: string): Promise<CaCertificateRecord[]> {
    return manager.getRepository(CaCertificateEntity).find({
      where: { subjectHash },
      order: { certificateId: 'ASC' },
      lock: { mode: 'pessimistic_read' },
    });
  }

  /** How many CAs have that subject; nobody else adds one until the transaction ends. */
  async countOfSubject(manager: EntityManager, subjectHash: string): Promise<number> {
    await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended('ca certificates of ' || $1, 0))`, [
      subjectHash,
    ]);
    return manager.getRepository(CaCertificateEntity).countBy({ subjectHash });
  }

  /** Up to `limit` CAs in the order of their registration or against it, those behind `after`. */
  page(
    { templateName, isAscending }: { templateName?: string | undefined; isAscending: boolean },
    after: NewestFirstPosition | undefined,
    limit: number,
  ): Promise<CaCertificateRecord[]> {
    const [direction, behind] = isAscending ? (['ASC', '>'] as const) : (['DESC', '<'] as const);
    const query = this.dataSource
      .getRepository(CaCertificateEntity)
      .createQueryBuilder('ca')
      .orderBy({ 'ca.createdAt': direction, 'ca.certificateId': direction })
      .limit(limit);
    if (templateName !== undefined) query.andWhere({ templateName });
    if (after !== undefined) {
      query.andWhere(`(ca.createdAt, ca.certificateId) ${behind} (:createdAt, :certificateId)`, after);
    }
    return query.getMany();
  }

  async update(manager: EntityManager, certificateId: string, change: CaCertificateChange, now: Date): Promise<void> {
    await manager.getRepository(CaCertificateEntity).update({ certificateId }, { ...change, lastModifiedAt: now });
  }

  async delete(manager: EntityManager, certificateId: string): Promise<void> {
    await manager.getRepository(CaCertificateEntity).delete({ certificateId });
  }
}

function notFound(certificateId: string): never {
  throw new IotError('ResourceNotFound', `CA certificate ${certificateId} does not exist`, {
    details: { field: 'certificateId', certificateId },
  });
}
