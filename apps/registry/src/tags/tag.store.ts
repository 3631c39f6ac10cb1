import { Injectable } from '@nestjs/common';
import { IotError } from '#thingcore/errors';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource, type EntityManager } from 'typeorm';

/** AWS IoT quota: "tags per resource". */
const MOST_TAGS = 50;

/** Tags by their keys. */
export type Tags = Record<string, string>;

/** The tags of resources, by ARN, in PostgreSQL. */
@Injectable()
export class TagStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Adds tags to a resource; an equal key is overwritten. InvalidRequest beyond 50 tags. The caller holds the lock on
   * the resource, or is creating it.
   */
  async put(manager: EntityManager, resourceArn: string, tags: Tags): Promise<void> {
    if (Object.keys(tags).length === 0) return;
    await manager.query(
      `INSERT INTO resource_tags (resource_arn, tag_key, tag_value)
       SELECT $1, key, value FROM unnest($2::text[], $3::text[]) AS tag (key, value)
       ON CONFLICT (resource_arn, tag_key) DO UPDATE SET tag_value = excluded.tag_value`,
      [resourceArn, Object.keys(tags), Object.values(tags)],
    );
    const count = await this.count(manager, resourceArn);
    if (count <= MOST_TAGS) return;
    throw new IotError(
      'InvalidRequest',
      `A resource has at most ${MOST_TAGS} tags, ${resourceArn} would have ${count}: take some away first`,
      { details: { field: 'tags', limit: MOST_TAGS, count } },
    );
  }

  /** Takes tags from a resource; a key that it does not carry is no error. */
  async remove(manager: EntityManager, resourceArn: string, tagKeys: string[]): Promise<void> {
    await manager.query('DELETE FROM resource_tags WHERE resource_arn = $1 AND tag_key = ANY($2)', [
      resourceArn,
      tagKeys,
    ]);
  }

  /** Takes all tags from a resource; to be called when it is deleted. */
  async removeAll(manager: EntityManager, resourceArn: string): Promise<void> {
    await manager.query('DELETE FROM resource_tags WHERE resource_arn = $1', [resourceArn]);
  }

  /** The tags of many resources; one without tags is left out. */
  async ofMany(resourceArns: string[]): Promise<Map<string, Tags>> {
    const rows = await this.dataSource
      .query<{ resource_arn: string; tags: Tags }[]>(
        `SELECT resource_arn, json_object_agg(tag_key, tag_value ORDER BY tag_key) AS tags FROM resource_tags
         WHERE resource_arn = ANY($1) GROUP BY resource_arn`,
        [resourceArns],
      )
      .catch(rejectWithIotError());
    return new Map(rows.map(({ resource_arn, tags }) => [resource_arn, tags]));
  }

  private async count(manager: EntityManager, resourceArn: string): Promise<number> {
    const [row] = await manager.query<{ count: number }[]>(
      'SELECT count(*)::integer AS count FROM resource_tags WHERE resource_arn = $1',
      [resourceArn],
    );
    return row?.count ?? 0;
  }
}
