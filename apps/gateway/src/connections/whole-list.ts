import { keyOfCursor, toCursor } from './cursor.js';
import type { Connection } from './relay-connection.js';
import { isGiven, sizeOf, type TwoWayPageArgs } from './two-way-page.args.js';

/** The order of a list: that of the texts that `keyOf` answers, each of which only one entry has. */
export interface ListOrder<Node> {
  readonly keyOf: (node: Node) => string;
  readonly isDescending?: boolean;
  /** What it is ordered by, where that is another than its usual order. */
  readonly by?: string;
}

/**
 * A page of a list that its service answers whole. Cursors stand for the keys of entries, so that one whose entry is
 * gone still says where to go on. Throws `InvalidRequest` for sizes and cursors that cannot be.
 */
export function pageOfWhole<Node>(
  nodes: readonly Node[],
  { keyOf, isDescending = false, by }: ListOrder<Node>,
  args: TwoWayPageArgs,
): Connection<Node> {
  const size = sizeOf(args);
  const after = isGiven(args.after) ? keyOfCursor(args.after, 'after', by) : undefined;
  const before = isGiven(args.before) ? keyOfCursor(args.before, 'before', by) : undefined;
  const isAfter = (key: string, mark: string) => (isDescending ? key < mark : key > mark);
  const all = nodes
    .map((node) => ({ key: keyOf(node), node }))
    .sort((left, right) => (left.key === right.key ? 0 : isAfter(left.key, right.key) ? 1 : -1));
  const asked = all.filter(
    ({ key }) => (after === undefined || isAfter(key, after)) && (before === undefined || isAfter(before, key)),
  );
  const page = isGiven(args.last) ? asked.slice(-size) : asked.slice(0, size);
  const edges = page.map(({ key, node }) => ({ cursor: toCursor(key, by), node }));
  const [start, end] = [page.at(0)?.key, page.at(-1)?.key];
  return {
    edges,
    nodes: page.map(({ node }) => node),
    pageInfo: {
      hasNextPage: end === undefined ? before !== undefined : all.at(-1)?.key !== end,
      hasPreviousPage: start === undefined ? after !== undefined : all.at(0)?.key !== start,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** A key that sorts by a time, in milliseconds since the epoch, and by an id among what has the same. */
export function timeKey(time: number, id: string): string {
  return `${String(time).padStart(16, '0')}.${id}`;
}
