import { ArgsType, Field, Int } from '@nestjs/graphql';
import { IotError } from '#thingcore/errors';
import { checkPageSize, keyOfCursor, MAX_PAGE_SIZE, toCursor } from './cursor.js';
import type { Connection } from './relay-connection.js';

const DEFAULT_PAGE_SIZE = 50;

/** The arguments of lists that can be walked from both ends. */
@ArgsType()
export class TwoWayPageArgs {
  @Field(() => Int, {
    nullable: true,
    description: `How many entries to return from the beginning: 1 to ${MAX_PAGE_SIZE}; ${DEFAULT_PAGE_SIZE} when \`last\` is left out too.`,
  })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Only entries behind this cursor.' })
  after?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: `How many entries to return from the end, in the order of the list: 1 to ${MAX_PAGE_SIZE}.`,
  })
  last?: number | null;

  @Field(() => String, { nullable: true, description: 'Only entries before this cursor.' })
  before?: string | null;
}

/** The order of a list: that of the texts that `keyOf` answers, each of which only one entry has. */
export interface ListOrder<Node> {
  readonly keyOf: (node: Node) => string;
  readonly isDescending?: boolean;
}

/**
 * A page of a list that its service answers whole. Cursors stand for the keys of entries, so that one whose entry is
 * gone still says where to go on. Throws `InvalidRequest` for sizes and cursors that cannot be.
 */
export function pageOfWhole<Node>(
  nodes: readonly Node[],
  { keyOf, isDescending = false }: ListOrder<Node>,
  args: TwoWayPageArgs,
): Connection<Node> {
  const size = sizeOf(args);
  const after = args.after === undefined || args.after === null ? undefined : keyOfCursor(args.after);
  const before = args.before === undefined || args.before === null ? undefined : keyOfCursor(args.before, 'before');
  const isAfter = (key: string, mark: string) => (isDescending ? key < mark : key > mark);
  const all = nodes
    .map((node) => ({ key: keyOf(node), node }))
    .sort((left, right) => (left.key === right.key ? 0 : isAfter(left.key, right.key) ? 1 : -1));
  const asked = all.filter(
    ({ key }) => (after === undefined || isAfter(key, after)) && (before === undefined || isAfter(before, key)),
  );
  const page = args.last === undefined || args.last === null ? asked.slice(0, size) : asked.slice(-size);
  const edges = page.map(({ key, node }) => ({ cursor: toCursor(key), node }));
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

function sizeOf({ first, last }: TwoWayPageArgs): number {
  const isFirst = first !== undefined && first !== null;
  const isLast = last !== undefined && last !== null;
  if (isFirst && isLast) {
    throw new IotError('InvalidRequest', 'A page is of the first or of the last entries: give one of the two', {
      details: { field: 'last' },
    });
  }
  if (isLast) checkPageSize(last, 'last');
  if (isFirst) checkPageSize(first);
  return isLast ? last : (first ?? DEFAULT_PAGE_SIZE);
}
