import type { Type } from '@nestjs/common';
import { Field, ObjectType } from '@nestjs/graphql';
import { toCursor } from './cursor.js';
import { PageInfo } from './page-info.type.js';

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

/** Where a page of a service lies in its list. */
export interface PagePlace {
  /** Where the next page begins, if there is one. */
  readonly nextToken: string | undefined;
  /** The cursor that the page was asked for with, if any. */
  readonly after: string | null | undefined;
}

/** A page of a service whose list is in the order of names. */
export function toConnection<Node extends { readonly name: string }>(
  nodes: readonly Node[],
  nextToken: string | undefined,
  after: string | null | undefined,
): Connection<Node> {
  return toConnectionBy(({ name }) => name, nodes, { nextToken, after });
}

/** A page of a service; `keyOf` is where the list goes on behind a node, as a `nextToken` says it. */
export function toConnectionBy<Node>(
  keyOf: (node: Node) => string,
  nodes: readonly Node[],
  { nextToken, after }: PagePlace,
): Connection<Node> {
  const edges = nodes.map((node) => ({ cursor: toCursor(keyOf(node)), node }));
  return {
    edges,
    nodes: [...nodes],
    pageInfo: {
      hasNextPage: nextToken !== undefined,
      hasPreviousPage: after !== undefined && after !== null,
      startCursor: edges.at(0)?.cursor ?? null,
      // A page may be empty that is not the last: those that were looked through had nothing of what was asked for.
      endCursor: edges.at(-1)?.cursor ?? (nextToken === undefined ? null : toCursor(nextToken)),
    },
  };
}
