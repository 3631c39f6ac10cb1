import { ArgsType, Field, InputType } from '@nestjs/graphql';
import type { listThingGroups, RequestOf } from '#thingcore/contracts';
import { namedOrder, type NamedOrder, toNamedPageRequest } from '../connections/named-order.js';
import { PAGE_FIELDS } from '../connections/page.args.js';
import { TwoWayPageArgs } from '../connections/two-way-page.args.js';

/** Which thing groups a list has. */
@InputType({ description: 'Which thing groups to return: those that meet all that is given.' })
export class ThingGroupFilter {
  @Field(() => String, { nullable: true, description: 'Their names begin with this.' })
  namePrefix?: string | null;

  @Field(() => String, { nullable: true, description: 'The name of a thing group that they are below.' })
  parent?: string | null;

  @Field(() => Boolean, {
    defaultValue: true,
    description: 'Whether groups on all levels below `parent` count, or its children alone.',
  })
  recursive: boolean;
}

/** The order of a list of thing groups. */
export const ThingGroupOrder = namedOrder('ThingGroup', 'thing groups');

/** The arguments of `thingGroups`. */
@ArgsType()
export class ThingGroupsArgs extends TwoWayPageArgs {
  @Field(() => ThingGroupFilter, {
    nullable: true,
    description: 'Which thing groups to return; all when it is left out.',
  })
  filter?: ThingGroupFilter | null;

  @Field(() => ThingGroupOrder, {
    nullable: true,
    description: 'Their order; that of their names when it is left out. A cursor is one of its order.',
  })
  orderBy?: NamedOrder | null;
}

/** The arguments of lists inside a thing group. */
@ArgsType()
export class BelowGroupArgs extends TwoWayPageArgs {
  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether all levels below the group count, or what is directly in it alone.',
  })
  recursive: boolean;
}

/** The request for a page of thing groups. */
export function toListThingGroupsRequest({ filter, ...page }: ThingGroupsArgs): RequestOf<typeof listThingGroups> {
  const { namePrefix, parent, recursive } = filter ?? {};
  return {
    namePrefix: namePrefix ?? undefined,
    parentGroupName: parent ?? undefined,
    recursive,
    ...toNamedPageRequest(page),
  };
}

/** How the fields of {@link toListThingGroupsRequest} are called in GraphQL. */
export const LIST_THING_GROUPS_FIELDS = {
  ...PAGE_FIELDS,
  namePrefix: 'filter.namePrefix',
  parentGroupName: 'filter.parent',
  recursive: 'filter.recursive',
} as const;
