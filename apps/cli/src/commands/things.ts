import type { CommandContext } from '../command-context.js';
import { table } from '../output.js';
import { listUpTo } from '../pages.js';

/** A thing as `things list` shows it. */
interface ListedThing {
  readonly name: string;
  readonly arn: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly version: number;
  readonly type: { readonly name: string } | null;
  readonly connectivity: { readonly connected: boolean };
}

/** Which things to list. */
export interface ThingsOptions {
  readonly prefix?: string;
  readonly type?: string;
  readonly group?: string;
  readonly limit: number;
}

const OPERATION = `query ($first: Int!, $after: String, $filter: ThingFilter) {
  things(first: $first, after: $after, filter: $filter) {
    edges { node { name arn attributes version type { name } connectivity { connected } } }
    pageInfo { hasNextPage endCursor }
  }
}`;

/** Lists things in the order of their names. */
export async function listThings(
  context: CommandContext,
  { prefix, type, group, limit }: ThingsOptions,
): Promise<void> {
  const filter = { namePrefix: prefix, type, group };
  const query = { field: 'things', operation: OPERATION, variables: { filter }, limit };
  const { nodes, hasMore } = await listUpTo<ListedThing>(await context.api(), query);
  const things = nodes.map(({ type: thingType, connectivity, ...thing }) => ({
    ...thing,
    type: thingType?.name ?? null,
    connected: connectivity.connected,
  }));
  const rows = things.map((thing) => [
    thing.name,
    thing.type ?? '-',
    thing.connected ? 'yes' : 'no',
    Object.entries(thing.attributes)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
  ]);
  context.output.result({ things, hasMore }, [
    ...(things.length === 0 ? ['There is no such thing.'] : table(['NAME', 'TYPE', 'CONNECTED', 'ATTRIBUTES'], rows)),
    ...(hasMore ? [`There are more than ${limit}: see --limit.`] : []),
  ]);
}
