import { Injectable } from '@nestjs/common';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource, type EntityManager } from 'typeorm';
import type { TaggableKind, TaggableResource } from './taggable-resource.js';

/** Where the resources of a kind are. */
const TABLES: Record<TaggableKind, { table: string; key: string }> = {
  thingtype: { table: 'thing_types', key: 'thing_type_name' },
  thinggroup: { table: 'thing_groups', key: 'group_name' },
  billinggroup: { table: 'billing_groups', key: 'billing_group_name' },
  policy: { table: 'policies', key: 'policy_name' },
  cacert: { table: 'ca_certificates', key: 'certificate_id' },
  provisioningtemplate: { table: 'provisioning_templates', key: 'template_name' },
};

/** Whether resources that carry tags exist, in PostgreSQL. */
@Injectable()
export class TaggableResourceStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Keeps a resource, and its tags, from being changed by others until the transaction ends; answers whether it exists. */
  async lock(manager: EntityManager, { kind, name }: TaggableResource): Promise<boolean> {
    const { table, key } = TABLES[kind];
    const rows = await manager.query<unknown[]>(`SELECT 1 FROM ${table} WHERE ${key} = $1 FOR NO KEY UPDATE`, [name]);
    return rows.length === 1;
  }

  /** The names that exist among those of one kind. */
  async existing(kind: TaggableKind, names: string[]): Promise<Set<string>> {
    const { table, key } = TABLES[kind];
    const rows = await this.dataSource
      .query<{ name: string }[]>(`SELECT ${key} AS name FROM ${table} WHERE ${key} = ANY($1)`, [names])
      .catch(rejectWithIotError());
    return new Set(rows.map(({ name }) => name));
  }
}
