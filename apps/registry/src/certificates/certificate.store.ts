import { Injectable } from '@nestjs/common';
import type { Certificate, CertificateStatus } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { DataSource, type EntityManager, In, LessThan, MoreThanOrEqual } from 'typeorm';
import type { DeviceCertificate } from '#thingcore/pki';
import { CertificateEntity } from './certificate.entity.js';
import type { NewestFirstPosition } from './newest-first.js';

/** A certificate as it is stored: never with its private key. */
export interface CertificateRecord {
  certificateId: string;
  /** Of its signed part, by which it is known whatever was done to its signature. */
  contentSha256: string;
  certificatePem: string;
  status: CertificateStatus;
  /** The operator's CA that signed it. */
  caCertificateId: string | null;
  certificateMode: Certificate['certificateMode'];
  notBefore: Date;
  notAfter: Date;
  createdAt: Date;
  lastModifiedAt: Date;
  /** When its registration by a first connection was told last. */
  lastToldAt: Date | null;
}

/** Which certificates a list is of. */
export interface CertificateFilter {
  caCertificateId?: string | undefined;
  status?: CertificateStatus | undefined;
  /** Milliseconds since the epoch. */
  expiresFrom?: number | undefined;
  expiresBefore?: number | undefined;
}

/** The order of a list of certificates. */
export interface CertificateOrder {
  readonly orderBy: 'createdAt' | 'notAfter';
  readonly isAscending: boolean;
}

/** The certificates of devices, in PostgreSQL. */
@Injectable()
export class CertificateStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Stores a certificate; answers false and changes nothing when it is there already, or its content under another id. */
  async insert(manager: EntityManager, certificate: CertificateRecord): Promise<boolean> {
    const result = await manager
      .createQueryBuilder()
      .insert()
      .into(CertificateEntity)
      .values(certificate)
      .orIgnore()
      .returning('certificate_id')
      .execute();
    return (result.raw as unknown[]).length === 1;
  }

  /** The certificate of that id; ResourceNotFound when there is none. */
  async get(certificateId: string): Promise<CertificateRecord> {
    const entity = await this.dataSource.getRepository(CertificateEntity).findOneBy({ certificateId });
    return entity ?? notFound(certificateId);
  }

  /** The certificates of these ids, those that exist. */
  findMany(certificateIds: string[]): Promise<CertificateRecord[]> {
    return this.dataSource.getRepository(CertificateEntity).findBy({ certificateId: In(certificateIds) });
  }

  /** The certificate, which nobody else changes, deletes or attaches until the transaction ends; else ResourceNotFound. */
  async lock(manager: EntityManager, certificateId: string): Promise<CertificateRecord> {
    return (await this.lockIfThere(manager, certificateId)) ?? notFound(certificateId);
  }

  /** As {@link lock}, for a certificate that may not be there. */
  async lockIfThere(manager: EntityManager, certificateId: string): Promise<CertificateRecord | undefined> {
    const entity = await manager
      .getRepository(CertificateEntity)
      .findOne({ where: { certificateId }, lock: { mode: 'pessimistic_write' } });
    return entity ?? undefined;
  }

  /** As {@link lockIfThere}, by the id or else by the content: another form of the signature makes no other certificate. */
  async lockPresented(
    manager: EntityManager,
    { certificateId, contentSha256 }: Pick<DeviceCertificate, 'certificateId' | 'contentSha256'>,
  ): Promise<CertificateRecord | undefined> {
    const byId = await this.lockIfThere(manager, certificateId);
    if (byId !== undefined) return byId;
    const entity = await manager
      .getRepository(CertificateEntity)
      .findOne({ where: { contentSha256 }, lock: { mode: 'pessimistic_write' } });
    return entity ?? undefined;
  }

  /** The id under which a content is registered. */
  async idOfContent(manager: EntityManager, contentSha256: string): Promise<string | undefined> {
    const entity = await manager.getRepository(CertificateEntity).findOneBy({ contentSha256 });
    return entity?.certificateId;
  }

  /** Up to `limit` certificates in an order, those behind `after`. */
  page(
    filter: CertificateFilter,
    { orderBy, isAscending }: CertificateOrder,
    after: NewestFirstPosition | undefined,
    limit: number,
  ): Promise<CertificateRecord[]> {
    const [direction, behind] = isAscending ? (['ASC', '>'] as const) : (['DESC', '<'] as const);
    const query = this.dataSource
      .getRepository(CertificateEntity)
      .createQueryBuilder('certificate')
      .orderBy({ [`certificate.${orderBy}`]: direction, 'certificate.certificateId': direction })
      .limit(limit);
    if (after !== undefined) {
      query.andWhere(
        `(certificate.${orderBy}, certificate.certificateId) ${behind} (:createdAt, :certificateId)`,
        after,
      );
    }
    const { caCertificateId, status, expiresFrom, expiresBefore } = filter;
    if (caCertificateId !== undefined) query.andWhere({ caCertificateId });
    if (status !== undefined) query.andWhere({ status });
    if (expiresFrom !== undefined) query.andWhere({ notAfter: MoreThanOrEqual(new Date(expiresFrom)) });
    if (expiresBefore !== undefined) query.andWhere({ notAfter: LessThan(new Date(expiresBefore)) });
    return query.getMany();
  }

  async setStatus(manager: EntityManager, certificateId: string, status: CertificateStatus, now: Date): Promise<void> {
    await manager.getRepository(CertificateEntity).update({ certificateId }, { status, lastModifiedAt: now });
  }

  /** Notes when the registration was told. */
  async setToldAt(manager: EntityManager, certificateId: string, now: Date): Promise<void> {
    await manager.getRepository(CertificateEntity).update({ certificateId }, { lastToldAt: now });
  }

  /** The names of the things that a certificate is attached to, in order. */
  async thingNames(manager: EntityManager, certificateId: string): Promise<string[]> {
    const rows = await manager.query<{ thing_name: string }[]>(
      'SELECT thing_name FROM thing_principals WHERE certificate_id = $1 ORDER BY thing_name',
      [certificateId],
    );
    return rows.map(({ thing_name }) => thing_name);
  }

  async delete(manager: EntityManager, certificateId: string): Promise<void> {
    await manager.getRepository(CertificateEntity).delete({ certificateId });
  }
}

function notFound(certificateId: string): never {
  throw new IotError('ResourceNotFound', `Certificate ${certificateId} does not exist`, {
    details: { field: 'certificateId', certificateId },
  });
}
