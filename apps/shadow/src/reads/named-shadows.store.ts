import { Injectable } from '@nestjs/common';
import { toIotError } from '#thingcore/persistence';
import { DataSource } from 'typeorm';

/** The named shadows of a thing, some of them. */
export interface NamedShadows {
  readonly thingName: string;
  readonly shadowNames: string[];
  /** Where the rest begins; absent when there is none. */
  readonly nextToken?: string;
}

/** Each thing has its own look into the index, so that a thing of many shadows costs no more than it shows. */
const NAMES = `
  SELECT thing_name, shadow_name
  FROM unnest($1::text[]) AS given(thing_name)
  CROSS JOIN LATERAL (
    SELECT shadow_name FROM shadows
    WHERE shadows.thing_name = given.thing_name AND shadow_name > $2 AND deleted_at IS NULL
    ORDER BY shadow_name LIMIT $3
  ) AS named
  ORDER BY thing_name, shadow_name`;

/** Which named shadows things have. */
@Injectable()
export class NamedShadowsStore {
  constructor(private readonly dataSource: DataSource) {}

  /** `limit` names of each thing behind `after`, in the order of their bytes, with one statement. */
  async list(thingNames: readonly string[], limit: number, after: string | undefined): Promise<NamedShadows[]> {
    const names = new Map([...new Set(thingNames)].map((thingName): [string, string[]] => [thingName, []]));
    try {
      const rows = await this.dataSource.query<{ thing_name: string; shadow_name: string }[]>(NAMES, [
        [...names.keys()],
        // The classic shadow has the empty name, which is behind nothing.
        after ?? '',
        limit + 1,
      ]);
      for (const row of rows) names.get(row.thing_name)?.push(row.shadow_name);
    } catch (error) {
      throw toIotError(error);
    }
    return [...names].map(([thingName, found]) => {
      const shadowNames = found.slice(0, limit);
      const nextToken = found.length > limit ? shadowNames.at(-1) : undefined;
      return { thingName, shadowNames, ...(nextToken === undefined ? {} : { nextToken }) };
    });
  }
}
