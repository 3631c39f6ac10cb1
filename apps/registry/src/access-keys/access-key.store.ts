import { Injectable } from '@nestjs/common';
import type { AccessRole } from '#thingcore/contracts';
import { DataSource, type EntityManager, IsNull } from 'typeorm';
import { AccessKeyEntity } from './access-key.entity.js';

/** An access key as it is stored: its secret is sealed, since signatures are verified with it. */
export interface AccessKeyRecord {
  accessKeyId: string;
  name: string;
  role: AccessRole;
  sealedSecret: string;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
}

/** The access keys of those who sign their requests, in PostgreSQL. */
@Injectable()
export class AccessKeyStore {
  constructor(private readonly dataSource: DataSource) {}

  async find(accessKeyId: string): Promise<AccessKeyRecord | undefined> {
    return (await this.dataSource.getRepository(AccessKeyEntity).findOneBy({ accessKeyId })) ?? undefined;
  }

  /** All keys in the order of their names and ids. */
  list(): Promise<AccessKeyRecord[]> {
    return this.dataSource.getRepository(AccessKeyEntity).find({ order: { name: 'ASC', accessKeyId: 'ASC' } });
  }

  /** Whether there was ever one. Nobody else makes one until the transaction ends. */
  async hasAny(manager: EntityManager): Promise<boolean> {
    await manager.query('LOCK TABLE access_keys IN SHARE ROW EXCLUSIVE MODE');
    return manager.getRepository(AccessKeyEntity).exists();
  }

  async insert(manager: EntityManager, key: AccessKeyRecord): Promise<void> {
    await manager.getRepository(AccessKeyEntity).insert(key);
  }

  /** Notes when a key was revoked, the first time; answers what is stored then. */
  async revoke(manager: EntityManager, accessKeyId: string, revokedAt: Date): Promise<AccessKeyRecord | undefined> {
    const keys = manager.getRepository(AccessKeyEntity);
    await keys.update({ accessKeyId, revokedAt: IsNull() }, { revokedAt });
    return (await keys.findOneBy({ accessKeyId })) ?? undefined;
  }
}
