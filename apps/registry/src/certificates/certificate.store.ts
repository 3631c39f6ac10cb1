import { Injectable } from '@nestjs/common';
import type { CertificateStatus } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { DataSource } from 'typeorm';
import { CertificateEntity } from './certificate.entity.js';

/** A certificate as it is stored: never with its private key. */
export interface CertificateRecord {
  certificateId: string;
  certificatePem: string;
  status: CertificateStatus;
  notBefore: Date;
  notAfter: Date;
  createdAt: Date;
}

/** The certificates of devices, in PostgreSQL. */
@Injectable()
export class CertificateStore {
  constructor(private readonly dataSource: DataSource) {}

  async insert(certificate: CertificateRecord): Promise<void> {
    await this.dataSource.getRepository(CertificateEntity).insert(certificate);
  }

  /** The certificate of that id; ResourceNotFound when there is none. */
  async get(certificateId: string): Promise<CertificateRecord> {
    const entity = await this.dataSource.getRepository(CertificateEntity).findOneBy({ certificateId });
    if (entity === null) {
      throw new IotError('ResourceNotFound', `Certificate ${certificateId} does not exist`, {
        details: { certificateId },
      });
    }
    return { ...entity };
  }

  /** Sets the status unless the certificate is revoked; answers whether it was set. */
  async setStatus(certificateId: string, status: CertificateStatus): Promise<boolean> {
    const rows = await this.dataSource.query<[unknown[], number]>(
      `UPDATE certificates SET status = $2 WHERE certificate_id = $1 AND (status <> 'REVOKED' OR $2 = 'REVOKED')`,
      [certificateId, status],
    );
    return rows[1] === 1;
  }
}
