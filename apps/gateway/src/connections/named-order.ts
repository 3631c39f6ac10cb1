import type { Type } from '@nestjs/common';
import { Field, InputType, registerEnumType } from '@nestjs/graphql';
import { OrderDirection } from './order-direction.js';
import { type Connection, type PagePlace, toConnectionBy } from './relay-connection.js';
import { toTwoWayPageRequest, type TwoWayPageArgs, type TwoWayPageRequest } from './two-way-page.args.js';

/** The order of a list of what has names. */
export interface NamedOrder {
  readonly field: 'NAME' | 'CREATED_AT';
  readonly direction: OrderDirection;
}

/** The arguments of a page of such a list. */
export interface NamedPageArgs extends TwoWayPageArgs {
  readonly orderBy?: NamedOrder | null;
}

/** Declares the GraphQL types `{noun}Order` and `{noun}OrderField`. */
export function namedOrder(noun: string, many: string): Type<NamedOrder> {
  const fields = { NAME: 'NAME', CREATED_AT: 'CREATED_AT' } as const;
  registerEnumType(fields, {
    name: `${noun}OrderField`,
    description: `What ${many} can be ordered by.`,
    valuesMap: {
      NAME: { description: 'Their names.' },
      CREATED_AT: { description: 'When they were created, and their names when that is the same moment.' },
    },
  });

  @InputType(`${noun}Order`, { description: `The order of a list of ${many}.` })
  class NounOrder implements NamedOrder {
    @Field(() => fields, { description: 'What they are ordered by.' })
    field: 'NAME' | 'CREATED_AT';

    @Field(() => OrderDirection, { defaultValue: OrderDirection.ASC, description: 'Which way.' })
    direction: OrderDirection;
  }

  return NounOrder;
}

/** What the commands that list what has names take of a page. Throws as {@link toTwoWayPageRequest} does. */
export function toNamedPageRequest({
  orderBy,
  ...page
}: NamedPageArgs): TwoWayPageRequest & { orderBy: 'name' | 'createdAt' } {
  const order = { isAscending: orderBy?.direction !== 'DESC', by: byOf(orderBy) };
  return { ...toTwoWayPageRequest(page, order), orderBy: orderBy?.field === 'CREATED_AT' ? 'createdAt' : 'name' };
}

/** A page of such a list, as its service answered it. */
export function toNamedConnection<Node extends { readonly name: string; readonly createdAt: number }>(
  nodes: readonly Node[],
  nextToken: string | undefined,
  { orderBy, ...page }: Omit<PagePlace, 'nextToken' | 'by'> & Pick<NamedPageArgs, 'orderBy'>,
): Connection<Node> {
  const by = byOf(orderBy);
  const keyOf = ({ name, createdAt }: Node) => (by === undefined ? name : `${createdAt}:${name}`);
  return toConnectionBy(keyOf, nodes, { ...page, nextToken, by });
}

function byOf(orderBy: NamedOrder | null | undefined): string | undefined {
  return orderBy?.field === 'CREATED_AT' ? orderBy.field : undefined;
}
