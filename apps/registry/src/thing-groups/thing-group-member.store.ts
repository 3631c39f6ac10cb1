import { Injectable } from '@nestjs/common';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource, type EntityManager } from 'typeorm';

/** A group that a thing can be put into. */
export interface MemberGroup {
  groupName: string;
  groupId: string;
  /** The group at the top of its hierarchy. */
  rootName: string;
}

/** That a thing is in a group. */
export interface Membership extends MemberGroup {
  membershipId: string;
}

/** Which things are in which groups, in PostgreSQL. */
@Injectable()
export class ThingGroupMemberStore {
  constructor(private readonly dataSource: DataSource) {}

  /** The id of a thing, whose groups nobody else changes until the end of the transaction. */
  async lockThing(manager: EntityManager, thingName: string): Promise<string | undefined> {
    const [row] = await manager.query<{ thing_id: string }[]>(
      'SELECT thing_id FROM things WHERE thing_name = $1 FOR NO KEY UPDATE',
      [thingName],
    );
    return row?.thing_id;
  }

  /** The groups of these names, those that exist; none can be deleted until the end of the transaction. */
  async lockGroups(manager: EntityManager, groupNames: string[]): Promise<MemberGroup[]> {
    return manager.query<MemberGroup[]>(
      `SELECT thing_groups.group_name AS "groupName", group_id AS "groupId", ancestor_name AS "rootName"
       FROM thing_groups JOIN thing_group_ancestors AS root ON root.group_name = thing_groups.group_name AND level = 1
       WHERE thing_groups.group_name = ANY($1) ORDER BY thing_groups.group_name FOR KEY SHARE OF thing_groups`,
      [groupNames],
    );
  }

  /** The groups that a thing was put into, by name. */
  async ofThing(manager: EntityManager, thingName: string): Promise<Membership[]> {
    return manager.query<Membership[]>(
      `SELECT member.group_name AS "groupName", group_id AS "groupId", ancestor_name AS "rootName",
              membership_id AS "membershipId"
       FROM thing_group_members AS member
       JOIN thing_groups ON thing_groups.group_name = member.group_name
       JOIN thing_group_ancestors AS root ON root.group_name = member.group_name AND level = 1
       WHERE member.thing_name = $1 AND member.group_name = direct_group_name ORDER BY member.group_name`,
      [thingName],
    );
  }

  /** Puts a thing into groups that it is not in. The thing and the groups are locked. */
  async insert(
    manager: EntityManager,
    thingName: string,
    memberships: Pick<Membership, 'groupName' | 'membershipId'>[],
  ): Promise<void> {
    await manager.query(
      `INSERT INTO thing_group_members (group_name, thing_name, direct_group_name, membership_id)
       SELECT ancestor_name, $1, joined.group_name, joined.membership_id
       FROM unnest($2::text[], $3::uuid[]) AS joined (group_name, membership_id)
       JOIN thing_group_ancestors AS above ON above.group_name = joined.group_name`,
      [thingName, memberships.map(({ groupName }) => groupName), memberships.map(({ membershipId }) => membershipId)],
    );
  }

  /** Takes a thing out of groups that it was put into. */
  async delete(manager: EntityManager, thingName: string, groupNames: string[]): Promise<void> {
    await manager.query('DELETE FROM thing_group_members WHERE thing_name = $1 AND direct_group_name = ANY($2)', [
      thingName,
      groupNames,
    ]);
  }

  /** The names of the groups that things were put into; a thing that does not exist is left out. */
  async ofThings(thingNames: string[]): Promise<{ thingName: string; groupNames: string[] }[]> {
    return this.query<{ thingName: string; groupNames: string[] }[]>(
      `SELECT things.thing_name AS "thingName",
              ARRAY(SELECT group_name FROM thing_group_members AS member
                    WHERE member.thing_name = things.thing_name AND group_name = direct_group_name
                    ORDER BY group_name) AS "groupNames"
       FROM things WHERE thing_name = ANY($1) ORDER BY thing_name`,
      [thingNames],
    );
  }

  private query<T>(sql: string, parameters: unknown[]): Promise<T> {
    return this.dataSource.query<T>(sql, parameters).catch(rejectWithIotError());
  }
}
