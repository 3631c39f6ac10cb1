import { Injectable } from '@nestjs/common';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource, type EntityManager } from 'typeorm';
import type { PolicyTarget } from './policy-target.js';

/** Where attachments to each kind of target are, and what they refer to. */
const TABLES = {
  certificate: { attachments: 'policy_attachments', column: 'certificate_id', targets: 'certificates' },
  thingGroup: { attachments: 'policy_group_attachments', column: 'group_name', targets: 'thing_groups' },
} as const satisfies Record<PolicyTarget['kind'], object>;

const KINDS = ['certificate', 'thingGroup'] as const;

/** Which targets of a policy are wanted, and in which order. */
export interface WantedTargets {
  readonly kind?: PolicyTarget['kind'] | undefined;
  readonly isAscending: boolean;
}

/** What policies are attached to, in PostgreSQL. */
@Injectable()
export class PolicyAttachmentStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Lets nobody else change what is attached to a target until the end of the transaction; false: there is none. */
  async lockTarget(manager: EntityManager, { kind, name }: PolicyTarget): Promise<boolean> {
    const { column, targets } = TABLES[kind];
    const rows = await manager.query<unknown[]>(`SELECT 1 FROM ${targets} WHERE ${column} = $1 FOR NO KEY UPDATE`, [
      name,
    ]);
    return rows.length === 1;
  }

  /** The names of the policies of a target as a transaction sees them. */
  async namesOf(manager: EntityManager, { kind, name }: PolicyTarget): Promise<string[]> {
    const { attachments, column } = TABLES[kind];
    const rows = await manager.query<{ policy_name: string }[]>(
      `SELECT policy_name FROM ${attachments} WHERE ${column} = $1 ORDER BY policy_name`,
      [name],
    );
    return rows.map(({ policy_name }) => policy_name);
  }

  /** Attaches a policy to a target. Both exist, and it is not attached yet. */
  async insert(manager: EntityManager, policyName: string, { kind, name }: PolicyTarget): Promise<void> {
    const { attachments, column } = TABLES[kind];
    await manager.query(`INSERT INTO ${attachments} (policy_name, ${column}) VALUES ($1, $2)`, [policyName, name]);
  }

  /** Detaches a policy from a target; answers whether it was attached. */
  async delete(manager: EntityManager, policyName: string, { kind, name }: PolicyTarget): Promise<boolean> {
    const { attachments, column } = TABLES[kind];
    const [, deleted] = await manager.query<[unknown[], number]>(
      `DELETE FROM ${attachments} WHERE policy_name = $1 AND ${column} = $2`,
      [policyName, name],
    );
    return deleted === 1;
  }

  /** Detaches all policies from a target; answers how many. */
  async deleteAllOf(manager: EntityManager, { kind, name }: PolicyTarget): Promise<number> {
    const { attachments, column } = TABLES[kind];
    const [, deleted] = await manager.query<[unknown[], number]>(`DELETE FROM ${attachments} WHERE ${column} = $1`, [
      name,
    ]);
    return deleted;
  }

  /**
   * Up to `limit` targets of a policy, certificates before groups, in the order of their names, or all against it; those
   * behind `after`.
   */
  async targets(
    policyName: string,
    wanted: WantedTargets,
    after: PolicyTarget | undefined,
    limit: number,
  ): Promise<PolicyTarget[]> {
    return this.targetsIn(this.dataSource.manager, policyName, wanted, after, limit).catch(rejectWithIotError());
  }

  /** As {@link targets}, as a transaction sees them. */
  async targetsIn(
    manager: EntityManager,
    policyName: string,
    { kind: wantedKind, isAscending }: WantedTargets,
    after: PolicyTarget | undefined,
    limit: number,
  ): Promise<PolicyTarget[]> {
    const [direction, behind] = isAscending ? ['ASC', '>'] : ['DESC', '<'];
    const kinds = isAscending ? KINDS : [...KINDS].reverse();
    // Kinds before that of `after` are told of already.
    const ahead = after === undefined ? kinds : kinds.slice(kinds.indexOf(after.kind));
    const parts = ahead
      .filter((kind) => wantedKind === undefined || kind === wantedKind)
      .map((kind) => {
        const { attachments, column } = TABLES[kind];
        const range = kind === after?.kind ? `AND ${column} ${behind} $3` : '';
        return `(SELECT '${kind}' AS kind, ${column} COLLATE "C" AS name FROM ${attachments}
                 WHERE policy_name = $1 ${range} ORDER BY ${column} ${direction} LIMIT $2)`;
      });
    if (parts.length === 0) return [];
    const place = after !== undefined && (wantedKind === undefined || after.kind === wantedKind) ? [after.name] : [];
    return manager.query<PolicyTarget[]>(
      `SELECT kind, name FROM (${parts.join(' UNION ALL ')}) AS targets
       ORDER BY kind ${direction}, name ${direction} LIMIT $2`,
      [policyName, limit, ...place],
    );
  }

  /** The names of the policies of certificates, by the ids of these. */
  async ofCertificates(certificateIds: string[]): Promise<Map<string, string[]>> {
    return this.namesByTarget(
      `SELECT name, ARRAY(
         SELECT policy_name FROM policy_attachments WHERE certificate_id = asked.name ORDER BY policy_name
       ) AS "policyNames" FROM unnest($1::text[]) AS asked (name)`,
      [certificateIds],
    );
  }

  /** The names of the policies of groups, and of the groups above them when `recursive`, by the names of the groups. */
  async ofGroups(groupNames: string[], recursive: boolean): Promise<Map<string, string[]>> {
    return this.namesByTarget(
      `SELECT name, ARRAY(
         SELECT DISTINCT policy_name FROM thing_group_ancestors AS above
         JOIN policy_group_attachments AS attached ON attached.group_name = above.ancestor_name
         WHERE above.group_name = asked.name AND ($2 OR above.ancestor_name = asked.name)
         ORDER BY policy_name
       ) AS "policyNames" FROM unnest($1::text[]) AS asked (name)`,
      [groupNames, recursive],
    );
  }

  /** The names of the policies of all groups that a thing is in, directly or through a group below, each once. */
  async ofThing(thingName: string): Promise<string[]> {
    const rows = await this.query<{ policy_name: string }[]>(
      `SELECT DISTINCT policy_name FROM thing_group_members
       JOIN policy_group_attachments ON policy_group_attachments.group_name = thing_group_members.group_name
       WHERE thing_name = $1`,
      [thingName],
    );
    return rows.map(({ policy_name }) => policy_name);
  }

  private async namesByTarget(sql: string, parameters: unknown[]): Promise<Map<string, string[]>> {
    const rows = await this.query<{ name: string; policyNames: string[] }[]>(sql, parameters);
    return new Map(rows.map(({ name, policyNames }) => [name, policyNames]));
  }

  private query<T>(sql: string, parameters: unknown[]): Promise<T> {
    return this.dataSource.query<T>(sql, parameters).catch(rejectWithIotError());
  }
}
