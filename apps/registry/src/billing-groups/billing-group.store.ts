import { Injectable } from '@nestjs/common';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource, type EntityManager } from 'typeorm';
import { namedPage, type NamedListRequest } from '../names/named-list.js';
import { SqlParameters } from '../names/sql-parameters.js';

/** A billing group as it is stored. */
export interface BillingGroupRecord {
  billingGroupName: string;
  billingGroupId: string;
  description: string | null;
  version: number;
  createdAt: Date;
}

interface Row {
  billing_group_name: string;
  billing_group_id: string;
  description: string | null;
  version: string;
  created_at: Date;
}

const COLUMNS = 'billing_group_name, billing_group_id, description, version, created_at';

/** The billing groups of the registry, in PostgreSQL. Which things are in them is stored with the things. */
@Injectable()
export class BillingGroupStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Stores a new billing group; answers false and changes nothing when the name is taken. */
  async insert(manager: EntityManager, group: BillingGroupRecord): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      `INSERT INTO billing_groups (${COLUMNS}) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (billing_group_name) DO NOTHING RETURNING 1`,
      [group.billingGroupName, group.billingGroupId, group.description, group.version, group.createdAt],
    );
    return rows.length === 1;
  }

  /** Reads a billing group that nobody else deletes until the end of the transaction. */
  async hold(manager: EntityManager, billingGroupName: string): Promise<BillingGroupRecord | undefined> {
    return this.findLocked(manager, billingGroupName, 'FOR KEY SHARE');
  }

  /** Reads a billing group to change or delete it in this transaction. */
  async lock(manager: EntityManager, billingGroupName: string): Promise<BillingGroupRecord | undefined> {
    return this.findLocked(manager, billingGroupName, 'FOR UPDATE');
  }

  /** The billing groups of these names, those that exist. */
  async findMany(billingGroupNames: string[]): Promise<BillingGroupRecord[]> {
    return this.read('WHERE billing_group_name = ANY($1) ORDER BY billing_group_name', [billingGroupNames]);
  }

  /** Up to `limit` billing groups in the order asked for. */
  async page(request: NamedListRequest, limit: number): Promise<BillingGroupRecord[]> {
    const parameters = new SqlParameters();
    const columns = { name: 'billing_group_name', createdAt: 'created_at' };
    const { condition, order } = namedPage(request, columns, parameters);
    return this.read(`WHERE ${condition} ORDER BY ${order} LIMIT ${parameters.add(limit)}`, parameters.values);
  }

  /** Stores what may change of a billing group. */
  async update(manager: EntityManager, group: BillingGroupRecord): Promise<void> {
    await manager.query('UPDATE billing_groups SET description = $2, version = $3 WHERE billing_group_name = $1', [
      group.billingGroupName,
      group.description,
      group.version,
    ]);
  }

  /** Deletes a billing group; its things are in none then. */
  async delete(manager: EntityManager, billingGroupName: string): Promise<void> {
    await manager.query('DELETE FROM billing_groups WHERE billing_group_name = $1', [billingGroupName]);
  }

  private async findLocked(
    manager: EntityManager,
    billingGroupName: string,
    lock: 'FOR KEY SHARE' | 'FOR UPDATE',
  ): Promise<BillingGroupRecord | undefined> {
    const [row] = await manager.query<Row[]>(
      `SELECT ${COLUMNS} FROM billing_groups WHERE billing_group_name = $1 ${lock}`,
      [billingGroupName],
    );
    return row && toRecord(row);
  }

  private async read(condition: string, parameters: unknown[]): Promise<BillingGroupRecord[]> {
    const rows = await this.dataSource
      .query<Row[]>(`SELECT ${COLUMNS} FROM billing_groups ${condition}`, parameters)
      .catch(rejectWithIotError());
    return rows.map(toRecord);
  }
}

function toRecord(row: Row): BillingGroupRecord {
  return {
    billingGroupName: row.billing_group_name,
    billingGroupId: row.billing_group_id,
    description: row.description,
    version: Number(row.version),
    createdAt: row.created_at,
  };
}
