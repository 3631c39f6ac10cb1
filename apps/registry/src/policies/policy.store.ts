import { Injectable } from '@nestjs/common';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource, type EntityManager } from 'typeorm';

/** A policy in its default version. */
export interface PolicyRecord {
  policyName: string;
  version: number;
  policyDocument: string;
  /** Of the policy, not of the version. */
  createdAt: Date;
  lastModifiedAt: Date;
}

/** One version of a policy. */
export interface PolicyVersionRecord {
  version: number;
  policyDocument: string;
  isDefault: boolean;
  createdAt: Date;
}

/** Which versions a policy has. */
export interface PolicyVersions {
  defaultVersion: number;
  /** The highest there ever was. */
  lastVersion: number;
  /** Those there are, the oldest first. */
  versions: number[];
}

/** Where a list of policies goes on: behind this one. */
export type PolicyPosition = Pick<PolicyRecord, 'policyName' | 'createdAt'>;

interface PolicyRow {
  policy_name: string;
  version: number;
  policy_document: string;
  created_at: Date;
  last_modified_at: Date;
}

/** The order of a list of policies. */
export interface PolicyOrder {
  readonly orderBy: 'policyName' | 'createdAt';
  readonly isAscending: boolean;
}

/** The text is looked up by itself: a join of a page with all versions would go through those of all policies before it. */
const DEFAULT_VERSIONS = `
  SELECT policy_name, default_version AS version, created_at, last_modified_at,
         (SELECT policy_document FROM policy_versions AS versions
          WHERE versions.policy_name = policies.policy_name AND versions.version = default_version) AS policy_document
  FROM policies`;

/** Policies and their versions, in PostgreSQL. */
@Injectable()
export class PolicyStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Stores a new policy with its first version; answers false and changes nothing when the name is taken. */
  async insert(manager: EntityManager, policyName: string, policyDocument: string, createdAt: Date): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      `INSERT INTO policies (policy_name, default_version, last_version, created_at, last_modified_at)
       VALUES ($1, 1, 1, $2, $2)
       ON CONFLICT DO NOTHING RETURNING 1`,
      [policyName, createdAt],
    );
    if (rows.length === 0) return false;
    await this.insertVersion(manager, policyName, { version: 1, policyDocument, createdAt });
    return true;
  }

  /** Lets nobody else change a policy or its versions until the end of the transaction; `undefined`: there is none. */
  async lock(manager: EntityManager, policyName: string): Promise<PolicyVersions | undefined> {
    const [policy] = await manager.query<{ default_version: number; last_version: number }[]>(
      'SELECT default_version, last_version FROM policies WHERE policy_name = $1 FOR UPDATE',
      [policyName],
    );
    if (policy === undefined) return undefined;
    const rows = await manager.query<{ version: number }[]>(
      'SELECT version FROM policy_versions WHERE policy_name = $1 ORDER BY version',
      [policyName],
    );
    return {
      defaultVersion: policy.default_version,
      lastVersion: policy.last_version,
      versions: rows.map(({ version }) => version),
    };
  }

  /** Whether there is a policy; it cannot be deleted until the end of the transaction. */
  async lockExistence(manager: EntityManager, policyName: string): Promise<boolean> {
    const rows = await manager.query<unknown[]>('SELECT 1 FROM policies WHERE policy_name = $1 FOR KEY SHARE', [
      policyName,
    ]);
    return rows.length === 1;
  }

  /** Stores a further version of a policy that is locked. */
  async addVersion(
    manager: EntityManager,
    policyName: string,
    version: Omit<PolicyVersionRecord, 'isDefault'>,
  ): Promise<void> {
    await manager.query('UPDATE policies SET last_version = $2, last_modified_at = $3 WHERE policy_name = $1', [
      policyName,
      version.version,
      version.createdAt,
    ]);
    await this.insertVersion(manager, policyName, version);
  }

  /** Makes a version of a policy that is locked the default one. */
  async setDefaultVersion(manager: EntityManager, policyName: string, version: number, now: Date): Promise<void> {
    await manager.query('UPDATE policies SET default_version = $2, last_modified_at = $3 WHERE policy_name = $1', [
      policyName,
      version,
      now,
    ]);
  }

  /** Deletes a version of a policy that is locked. */
  async deleteVersion(manager: EntityManager, policyName: string, version: number, now: Date): Promise<void> {
    await manager.query('UPDATE policies SET last_modified_at = $2 WHERE policy_name = $1', [policyName, now]);
    await manager.query('DELETE FROM policy_versions WHERE policy_name = $1 AND version = $2', [policyName, version]);
  }

  /** Deletes a policy that is locked and attached to nothing, with its versions. */
  async delete(manager: EntityManager, policyName: string): Promise<void> {
    await manager.query('DELETE FROM policies WHERE policy_name = $1', [policyName]);
  }

  /** A policy as a transaction sees it. */
  async findIn(manager: EntityManager, policyName: string): Promise<PolicyRecord | undefined> {
    const [row] = await manager.query<PolicyRow[]>(`${DEFAULT_VERSIONS} WHERE policy_name = $1`, [policyName]);
    return row && toRecord(row);
  }

  /** The policies of these names, those that exist, by name. */
  async findMany(policyNames: string[]): Promise<PolicyRecord[]> {
    const rows = await this.query<PolicyRow[]>(`${DEFAULT_VERSIONS} WHERE policy_name = ANY($1) ORDER BY policy_name`, [
      policyNames,
    ]);
    return rows.map(toRecord);
  }

  /** Up to `limit` policies in an order, those behind `after`. */
  async page(
    { orderBy, isAscending }: PolicyOrder,
    after: PolicyPosition | undefined,
    limit: number,
  ): Promise<PolicyRecord[]> {
    const [direction, behind] = isAscending ? ['ASC', '>'] : ['DESC', '<'];
    const isByTime = orderBy === 'createdAt';
    const key = isByTime ? 'created_at, policy_name' : 'policy_name';
    const place = isByTime ? [after?.createdAt, after?.policyName] : [after?.policyName];
    const parameters = after === undefined ? [] : place;
    const where = parameters.length === 0 ? '' : `WHERE (${key}) ${behind} (${isByTime ? '$2, $3' : '$2'})`;
    const order = isByTime ? `created_at ${direction}, policy_name ${direction}` : `policy_name ${direction}`;
    const rows = await this.query<PolicyRow[]>(`${DEFAULT_VERSIONS} ${where} ORDER BY ${order} LIMIT $1`, [
      limit,
      ...parameters,
    ]);
    return rows.map(toRecord);
  }

  /** All versions of a policy, the newest first; empty when there is no such policy. */
  async versions(policyName: string): Promise<PolicyVersionRecord[]> {
    const rows = await this.query<(Omit<PolicyRow, 'policy_name' | 'last_modified_at'> & { is_default: boolean })[]>(
      `SELECT version, policy_document, version = default_version AS is_default, policy_versions.created_at
       FROM policies JOIN policy_versions ON policy_versions.policy_name = policies.policy_name
       WHERE policies.policy_name = $1 ORDER BY version DESC`,
      [policyName],
    );
    return rows.map((row) => ({
      version: row.version,
      policyDocument: row.policy_document,
      isDefault: row.is_default,
      createdAt: row.created_at,
    }));
  }

  private async insertVersion(
    manager: EntityManager,
    policyName: string,
    { version, policyDocument, createdAt }: Omit<PolicyVersionRecord, 'isDefault'>,
  ): Promise<void> {
    await manager.query(
      'INSERT INTO policy_versions (policy_name, version, policy_document, created_at) VALUES ($1, $2, $3, $4)',
      [policyName, version, policyDocument, createdAt],
    );
  }

  private query<T>(sql: string, parameters: unknown[]): Promise<T> {
    return this.dataSource.query<T>(sql, parameters).catch(rejectWithIotError());
  }
}

function toRecord(row: PolicyRow): PolicyRecord {
  return {
    policyName: row.policy_name,
    version: row.version,
    policyDocument: row.policy_document,
    createdAt: row.created_at,
    lastModifiedAt: row.last_modified_at,
  };
}
