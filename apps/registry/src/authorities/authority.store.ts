import { Injectable } from '@nestjs/common';
import type { PlatformAuthority } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { DataSource, type EntityManager } from 'typeorm';
import { AuthorityEntity } from './authority.entity.js';

/** An authority as it is stored; its private key is sealed. */
export interface AuthorityRecord {
  /** SHA-256 of the certificate. */
  authorityId: string;
  state: PlatformAuthority['state'];
  certificatePem: string;
  /** Its name and key, signed by the authority before it; null for the first. */
  crossCertificatePem: string | null;
  sealedPrivateKey: string;
  createdAt: Date;
}

/** The platform's own certification authorities, in PostgreSQL, so that every replica signs with the same. */
@Injectable()
export class AuthorityStore {
  constructor(private readonly dataSource: DataSource) {}

  /** All authorities, the newest first. The one that signs is the newest. */
  list(): Promise<AuthorityRecord[]> {
    return this.dataSource.getRepository(AuthorityEntity).find({ order: { generation: 'DESC' } });
  }

  /** The authority, which nobody else changes until the transaction ends; ResourceNotFound when there is none. */
  async lock(manager: EntityManager, authorityId: string): Promise<AuthorityRecord> {
    const entity = await manager
      .getRepository(AuthorityEntity)
      .findOne({ where: { authorityId }, lock: { mode: 'pessimistic_write' } });
    if (entity !== null) return entity;
    throw new IotError('ResourceNotFound', `Authority ${authorityId} does not exist`, {
      details: { field: 'authorityId', authorityId },
    });
  }

  /** Stores an authority that signs, unless there is one: another replica may have been faster. */
  async insertIfNoneSigns(manager: EntityManager, authority: AuthorityRecord): Promise<void> {
    await manager.createQueryBuilder().insert().into(AuthorityEntity).values(authority).orIgnore().execute();
  }

  async insert(manager: EntityManager, authority: AuthorityRecord): Promise<void> {
    await manager.getRepository(AuthorityEntity).insert(authority);
  }

  async setState(manager: EntityManager, authorityId: string, state: PlatformAuthority['state']): Promise<void> {
    await manager.getRepository(AuthorityEntity).update({ authorityId }, { state });
  }
}
