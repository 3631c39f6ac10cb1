import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuthorityEntity } from './authority.entity.js';

/** An authority as it is stored; its private key is sealed. */
export interface AuthorityRecord {
  name: string;
  certificatePem: string;
  sealedPrivateKey: string;
  createdAt: Date;
}

/** The platform's own certification authorities, in PostgreSQL, so that every replica signs with the same. */
@Injectable()
export class AuthorityStore {
  constructor(private readonly dataSource: DataSource) {}

  /** The authority of that name, if there is one. */
  async find(name: string): Promise<AuthorityRecord | undefined> {
    return (await this.dataSource.getRepository(AuthorityEntity).findOneBy({ name })) ?? undefined;
  }

  /** Stores an authority unless another replica was faster. */
  async insertIfAbsent(authority: AuthorityRecord): Promise<void> {
    await this.dataSource.createQueryBuilder().insert().into(AuthorityEntity).values(authority).orIgnore().execute();
  }
}
