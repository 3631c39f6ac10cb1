import { Injectable } from '@nestjs/common';
import type { AccessRole } from '#thingcore/contracts';
import { DataSource, type EntityManager } from 'typeorm';
import { ApiKeyEntity } from './api-key.entity.js';

/** An API key as it is stored: only its hash. */
export interface ApiKeyRecord {
  name: string;
  keySha256: string;
  role: AccessRole;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
}

/** The API keys of applications and operators, in PostgreSQL. */
@Injectable()
export class ApiKeyStore {
  constructor(private readonly dataSource: DataSource) {}

  /** The key with that SHA-256, if there is one. */
  async findByHash(keySha256: string): Promise<ApiKeyRecord | undefined> {
    return (await this.dataSource.getRepository(ApiKeyEntity).findOneBy({ keySha256 })) ?? undefined;
  }

  /** All keys in the order of their names. */
  list(): Promise<ApiKeyRecord[]> {
    return this.dataSource.getRepository(ApiKeyEntity).find({ order: { name: 'ASC' } });
  }

  /** All keys in the order of their names; nobody else revokes one until the transaction ends. */
  lockAll(manager: EntityManager): Promise<ApiKeyRecord[]> {
    return manager.getRepository(ApiKeyEntity).find({ order: { name: 'ASC' }, lock: { mode: 'pessimistic_write' } });
  }

  /** Stores a key unless its name is taken; answers whether it was stored. */
  async insertIfAbsent(manager: EntityManager, key: ApiKeyRecord): Promise<boolean> {
    const result = await manager
      .createQueryBuilder()
      .insert()
      .into(ApiKeyEntity)
      .values(key)
      .orIgnore()
      .returning('name')
      .execute();
    return (result.raw as unknown[]).length === 1;
  }

  async setRevokedAt(manager: EntityManager, name: string, revokedAt: Date): Promise<void> {
    await manager.getRepository(ApiKeyEntity).update({ name }, { revokedAt });
  }
}
