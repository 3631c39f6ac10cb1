import { Injectable } from '@nestjs/common';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource, type EntityManager } from 'typeorm';
import { namedPage, type NamedListRequest } from '../names/named-list.js';
import { SqlParameters } from '../names/sql-parameters.js';

/** What names a group, for people and for good. */
export interface ThingGroupIdentity {
  groupName: string;
  groupId: string;
}

/** A thing group as it is stored. */
export interface ThingGroupRecord extends ThingGroupIdentity {
  /** The groups above it, the root first; the last one is the parent. */
  above: ThingGroupIdentity[];
  description: string | undefined;
  attributes: Record<string, string>;
  version: number;
  createdAt: Date;
}

/** Which groups a list is of. */
export type ThingGroupScope =
  { readonly kind: 'all' | 'top-level' } | { readonly kind: 'children' | 'descendants'; readonly parentName: string };

interface Row {
  group_name: string;
  group_id: string;
  above: ThingGroupIdentity[];
  description: string | null;
  attributes: Record<string, string>;
  version: string;
  created_at: Date;
}

const COLUMNS = `
  thing_groups.group_name, group_id, description, attributes, version, created_at,
  (SELECT coalesce(json_agg(json_build_object('groupName', upper.group_name, 'groupId', upper.group_id) ORDER BY level), '[]')
   FROM thing_group_ancestors AS above JOIN thing_groups AS upper ON upper.group_name = above.ancestor_name
   WHERE above.group_name = thing_groups.group_name AND above.ancestor_name <> thing_groups.group_name) AS above`;

/** The groups of a scope; $1 is the parent, if there is one, and `listed` the table whose index gives the order. */
const SCOPES = {
  all: { from: 'thing_groups', listed: 'thing_groups', where: '$1::text IS NULL' },
  'top-level': { from: 'thing_groups', listed: 'thing_groups', where: '$1::text IS NULL AND parent_name IS NULL' },
  children: { from: 'thing_groups', listed: 'thing_groups', where: 'parent_name = $1' },
  descendants: {
    from: 'thing_group_ancestors AS below JOIN thing_groups ON thing_groups.group_name = below.group_name',
    listed: 'below',
    where: 'below.ancestor_name = $1 AND below.group_name <> $1',
  },
} as const satisfies Record<ThingGroupScope['kind'], object>;

/** The thing groups of the registry, in PostgreSQL. */
@Injectable()
export class ThingGroupStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Stores a new group below the last of `above`; answers false and changes nothing when the name is taken. */
  async insert(manager: EntityManager, group: ThingGroupRecord): Promise<boolean> {
    const parentName = group.above.at(-1)?.groupName ?? null;
    const rows = await manager.query<unknown[]>(
      `INSERT INTO thing_groups (group_name, group_id, parent_name, description, attributes, version, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (group_name) DO NOTHING RETURNING 1`,
      [
        group.groupName,
        group.groupId,
        parentName,
        group.description ?? null,
        JSON.stringify(group.attributes),
        group.version,
        group.createdAt,
      ],
    );
    if (rows.length === 0) return false;
    await manager.query(
      `INSERT INTO thing_group_ancestors (ancestor_name, group_name, level)
       SELECT ancestor_name, $1, level FROM thing_group_ancestors WHERE group_name = $2
       UNION ALL SELECT $1, $1, $3`,
      [group.groupName, parentName, group.above.length + 1],
    );
    return true;
  }

  /** A group as a transaction sees it. */
  async find(manager: EntityManager, groupName: string): Promise<ThingGroupRecord | undefined> {
    const [row] = await manager.query<Row[]>(`SELECT ${COLUMNS} FROM thing_groups WHERE group_name = $1`, [groupName]);
    return row && toRecord(row);
  }

  /** Lets nobody else change or delete a group, or add children to it, until the end of the transaction. */
  async lock(manager: EntityManager, groupName: string): Promise<ThingGroupRecord | undefined> {
    const locked = await manager.query<unknown[]>('SELECT 1 FROM thing_groups WHERE group_name = $1 FOR UPDATE', [
      groupName,
    ]);
    return locked.length === 0 ? undefined : this.find(manager, groupName);
  }

  /** As {@link lock}, but things may be put into the group meanwhile. */
  async lockAsParent(manager: EntityManager, groupName: string): Promise<ThingGroupRecord | undefined> {
    const locked = await manager.query<unknown[]>(
      'SELECT 1 FROM thing_groups WHERE group_name = $1 FOR NO KEY UPDATE',
      [groupName],
    );
    return locked.length === 0 ? undefined : this.find(manager, groupName);
  }

  /** How many groups have this one as their parent. */
  async countChildren(manager: EntityManager, groupName: string): Promise<number> {
    const [row] = await manager.query<[{ count: number }]>(
      'SELECT count(*)::integer AS count FROM thing_groups WHERE parent_name = $1',
      [groupName],
    );
    return row.count;
  }

  /** Writes what can change of a group that is locked. */
  async update(manager: EntityManager, group: ThingGroupRecord): Promise<void> {
    await manager.query(
      'UPDATE thing_groups SET description = $2, attributes = $3, version = $4 WHERE group_name = $1',
      [group.groupName, group.description ?? null, JSON.stringify(group.attributes), group.version],
    );
  }

  /** Deletes a group that is locked and has no children; its things are in it no longer, its policies are detached. */
  async delete(manager: EntityManager, groupName: string): Promise<void> {
    await manager.query('DELETE FROM thing_group_members WHERE direct_group_name = $1', [groupName]);
    await manager.query('DELETE FROM thing_group_ancestors WHERE group_name = $1', [groupName]);
    await manager.query('DELETE FROM thing_groups WHERE group_name = $1', [groupName]);
  }

  /** The groups of these names, those that exist, by name. */
  async findMany(groupNames: string[]): Promise<ThingGroupRecord[]> {
    const rows = await this.query<Row[]>(
      `SELECT ${COLUMNS} FROM thing_groups WHERE group_name = ANY($1) ORDER BY group_name`,
      [groupNames],
    );
    return rows.map(toRecord);
  }

  /** Up to `limit` groups of a scope in the order asked for. */
  async page(scope: ThingGroupScope, request: NamedListRequest, limit: number): Promise<ThingGroupRecord[]> {
    const { from, listed, where } = SCOPES[scope.kind];
    const parameters = new SqlParameters();
    parameters.add('parentName' in scope ? scope.parentName : null);
    const columns = { name: `${listed}.group_name`, createdAt: 'thing_groups.created_at' };
    const { condition, order } = namedPage(request, columns, parameters);
    const rows = await this.query<Row[]>(
      `SELECT ${COLUMNS} FROM ${from} WHERE ${where} AND ${condition} ORDER BY ${order} LIMIT ${parameters.add(limit)}`,
      parameters.values,
    );
    return rows.map(toRecord);
  }

  private query<T>(sql: string, parameters: unknown[]): Promise<T> {
    return this.dataSource.query<T>(sql, parameters).catch(rejectWithIotError());
  }
}

function toRecord(row: Row): ThingGroupRecord {
  return {
    groupName: row.group_name,
    groupId: row.group_id,
    above: row.above,
    description: row.description ?? undefined,
    attributes: row.attributes,
    version: Number(row.version),
    createdAt: row.created_at,
  };
}
