import { Injectable } from '@nestjs/common';
import { IotError } from '#thingcore/errors';
import { inTransaction } from '#thingcore/persistence';
import { DataSource } from 'typeorm';
import { PolicyVersionEntity } from './policy.entity.js';

/** A policy in its default version. */
export interface PolicyRecord {
  policyName: string;
  version: number;
  policyDocument: string;
}

/** Policies with their versions, and the certificates they are attached to, in PostgreSQL. */
@Injectable()
export class PolicyStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Stores a new policy with its first version; answers false and changes nothing when the name is taken. */
  async insert(policyName: string, policyDocument: string, createdAt: Date): Promise<boolean> {
    return inTransaction(this.dataSource, async (manager) => {
      const rows = await manager.query<unknown[]>(
        'INSERT INTO policies (policy_name, default_version, created_at) VALUES ($1, 1, $2) ON CONFLICT DO NOTHING RETURNING 1',
        [policyName, createdAt],
      );
      if (rows.length === 0) return false;
      await manager.getRepository(PolicyVersionEntity).insert({ policyName, version: 1, policyDocument, createdAt });
      return true;
    });
  }

  /** The policy of that name in its default version; ResourceNotFound when there is none. */
  async get(policyName: string): Promise<PolicyRecord> {
    const entity = await this.defaultVersions().where('version.policy_name = :policyName', { policyName }).getOne();
    if (entity === null) {
      throw new IotError('ResourceNotFound', `Policy ${policyName} does not exist`, { details: { policyName } });
    }
    return toRecord(entity);
  }

  /** Attaches a policy to a certificate; answers whether that is new. Both must exist. */
  async attach(policyName: string, certificateId: string): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      'INSERT INTO policy_attachments (policy_name, certificate_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1',
      [policyName, certificateId],
    );
    return rows.length === 1;
  }

  /** Detaches a policy from a certificate. */
  async detach(policyName: string, certificateId: string): Promise<void> {
    await this.dataSource.query('DELETE FROM policy_attachments WHERE policy_name = $1 AND certificate_id = $2', [
      policyName,
      certificateId,
    ]);
  }

  /** The policies attached to a certificate, in their default versions, by name. */
  async ofCertificate(certificateId: string): Promise<PolicyRecord[]> {
    const entities = await this.defaultVersions()
      .innerJoin('policy_attachments', 'attached', 'attached.policy_name = version.policy_name')
      .where('attached.certificate_id = :certificateId', { certificateId })
      .orderBy('version.policy_name')
      .getMany();
    return entities.map(toRecord);
  }

  private defaultVersions() {
    return this.dataSource
      .getRepository(PolicyVersionEntity)
      .createQueryBuilder('version')
      .innerJoin(
        'policies',
        'policy',
        'policy.policy_name = version.policy_name AND policy.default_version = version.version',
      );
  }
}

function toRecord({ policyName, version, policyDocument }: PolicyVersionEntity): PolicyRecord {
  return { policyName, version, policyDocument };
}
