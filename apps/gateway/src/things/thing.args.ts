import { ArgsType, Field, InputType } from '@nestjs/graphql';
import type { listThings, RequestOf } from '#thingcore/contracts';
import { namedOrder, type NamedOrder, toNamedPageRequest } from '../connections/named-order.js';
import { PAGE_FIELDS } from '../connections/page.args.js';
import { TwoWayPageArgs } from '../connections/two-way-page.args.js';

/** Which attribute things must have. */
@InputType({ description: 'An attribute and the value it must have.' })
export class AttributeFilter {
  @Field(() => String, { description: 'The name of the attribute.' })
  name: string;

  @Field(() => String, { description: 'Its value.' })
  value: string;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether `value` is the beginning of the value instead of all of it.',
  })
  prefix: boolean;
}

/** Which things a list has. */
@InputType({ description: 'Which things to return: those that meet all that is given.' })
export class ThingFilter {
  @Field(() => String, { nullable: true, description: 'Their names begin with this.' })
  namePrefix?: string | null;

  @Field(() => String, { nullable: true, description: 'The name of their thing type.' })
  type?: string | null;

  @Field(() => String, { nullable: true, description: 'The name of a thing group that they are members of.' })
  group?: string | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether members of the groups below `group`, on all levels, count too.',
  })
  recursive: boolean;

  @Field(() => String, { nullable: true, description: 'The name of their billing group.' })
  billingGroup?: string | null;

  @Field(() => AttributeFilter, { nullable: true, description: 'An attribute that they have.' })
  attribute?: AttributeFilter | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether their devices are connected now. Things are looked through in order, a thousand at a time: a page may have fewer than were asked for while there are more behind it.',
  })
  connected?: boolean | null;
}

/** The order of a list of things. */
export const ThingOrder = namedOrder('Thing', 'things');

/** The arguments of `things`. */
@ArgsType()
export class ThingsArgs extends TwoWayPageArgs {
  @Field(() => ThingFilter, { nullable: true, description: 'Which things to return; all when it is left out.' })
  filter?: ThingFilter | null;

  @Field(() => ThingOrder, {
    nullable: true,
    description:
      'Their order; that of their names when it is left out. CREATED_AT is for a list without a filter. A cursor is one of its order.',
  })
  orderBy?: NamedOrder | null;
}

/** The request for a page of things. */
export function toListThingsRequest({ filter, ...page }: ThingsArgs): RequestOf<typeof listThings> {
  const { namePrefix, type, group, recursive, billingGroup, attribute } = filter ?? {};
  return {
    namePrefix: namePrefix ?? undefined,
    thingTypeName: type ?? undefined,
    thingGroupName: group ?? undefined,
    recursive,
    billingGroupName: billingGroup ?? undefined,
    attributeName: attribute?.name,
    attributeValue: attribute?.value,
    usePrefixAttributeValue: attribute?.prefix,
    ...toNamedPageRequest(page),
  };
}

/** How the fields of {@link toListThingsRequest} are called in GraphQL. */
export const LIST_THINGS_FIELDS = {
  ...PAGE_FIELDS,
  orderBy: 'orderBy',
  namePrefix: 'filter.namePrefix',
  thingTypeName: 'filter.type',
  thingGroupName: 'filter.group',
  recursive: 'filter.recursive',
  billingGroupName: 'filter.billingGroup',
  attributeName: 'filter.attribute.name',
  attributeValue: 'filter.attribute.value',
  usePrefixAttributeValue: 'filter.attribute.prefix',
} as const;
