import type { Type } from '@nestjs/common';
import { Field, ObjectType } from '@nestjs/graphql';
import { toCursor } from './cursor.js';
import { PageInfo } from './page-info.type.js';
import { isGiven, type TwoWayPageArgs } from './two-way-page.args.js';

/** An entry of a list, as Relay has it. */
export interface Edge<Node> {
  readonly cursor: string;
  readonly node: Node;
}

/** A page of a list, as Relay has it. */
export interface Connection<Node> {
  readonly edges: Edge<Node>[];
  readonly nodes: Node[];
  readonly pageInfo: PageInfo;
}

/** What the documentation calls the entries of a list. */
export interface EntryWords {
  readonly one: string;
  readonly many: string;
  /** The order of the list; that of names when it is left out. */
  readonly order?: string;
}

/** Declares the GraphQL types `{name}Connection` and `{name}Edge`. */
export function relayConnection<Node>(
  node: Type<Node>,
  { one, many, order = 'in the order of their names' }: EntryWords,
): Type<Connection<Node>> {
  @ObjectType(`${node.name}Edge`, { description: `A ${one} in a list.` })
  class NodeEdge implements Edge<Node> {
    @Field(() => String, { description: `Where the ${one} is in the list; pass it as \`after\` to go on behind it.` })
    cursor: string;

    @Field(() => node, { description: `The ${one}.` })
    node: Node;
  }

  @ObjectType(`${node.name}Connection`, { description: `A page of ${many}, ${order}.` })
  class NodeConnection implements Connection<Node> {
    @Field(() => [NodeEdge], { description: `The ${many} of the page.` })
    edges: NodeEdge[];

    @Field(() => [node], { description: `The same ${many} without their cursors.` })
    nodes: Node[];

    @Field(() => PageInfo, { description: 'Where the page lies in the list.' })
    pageInfo: PageInfo;
  }

  return NodeConnection;
}

/** Where a page of a service lies in its list: what it was asked for with, and where the service would go on. */
export interface PagePlace extends Pick<TwoWayPageArgs, 'after' | 'last' | 'before'> {
  /** Where the service goes on in the order in which it reads, if there is more. */
  readonly nextToken: string | undefined;
  /** What the list is ordered by, where that is another than its usual order. */
  readonly by?: string | undefined;
}

/** A page of a service; `keyOf` is where the list goes on behind a node, as a `nextToken` says it. */
export function toConnectionBy<Node>(
  keyOf: (node: Node) => string,
  read: readonly Node[],
  { nextToken, after, last, before, by }: PagePlace,
): Connection<Node> {
  const isBackward = isGiven(last);
  // A page from the end was read against the order of the list.
  const nodes = isBackward ? [...read].reverse() : [...read];
  const edges = nodes.map((node) => ({ cursor: toCursor(keyOf(node), by), node }));
  const hasMore = nextToken !== undefined;
  // A page may be empty that is not the last: those that were looked through had nothing of what was asked for.
  const onwards = hasMore ? toCursor(nextToken, by) : null;
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: isBackward ? isGiven(before) : hasMore,
      hasPreviousPage: isBackward ? hasMore : isGiven(after),
      startCursor: edges.at(0)?.cursor ?? (isBackward ? onwards : null),
      endCursor: edges.at(-1)?.cursor ?? (isBackward ? null : onwards),
    },
  };
}
