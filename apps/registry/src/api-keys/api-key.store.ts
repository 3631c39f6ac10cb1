import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ApiKeyEntity } from './api-key.entity.js';

/** An API key as it is stored: only its hash. */
export interface ApiKeyRecord {
  name: string;
  keySha256: string;
  role: 'admin' | 'operator' | 'viewer';
  createdAt: Date;
}

/** The API keys of applications and operators, in PostgreSQL. */
@Injectable()
export class ApiKeyStore {
  constructor(private readonly dataSource: DataSource) {}

  /** The key with that SHA-256, if there is one. */
  async findByHash(keySha256: string): Promise<ApiKeyRecord | undefined> {
    return (await this.dataSource.getRepository(ApiKeyEntity).findOneBy({ keySha256 })) ?? undefined;
  }

  /** Stores a key unless its name is taken; answers whether it was stored. */
  async insertIfAbsent({ name, keySha256, role, createdAt }: ApiKeyRecord): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      `INSERT INTO api_keys (name, key_sha256, role, created_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT DO NOTHING RETURNING 1`,
      [name, keySha256, role, createdAt],
    );
    return rows.length === 1;
  }
}
