import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import type { ThingGroup as RegistryThingGroup } from '#thingcore/contracts';
import { type NamedPageArgs, toNamedConnection } from '../connections/named-order.js';
import { type Connection, relayConnection } from '../connections/relay-connection.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';
import { JsonScalar } from '../scalars/json.scalar.js';

/** A thing group. The groups around it, its things and its tags are fields of its resolvers. */
@ObjectType({ description: 'A static group of things; groups form hierarchies.' })
export class ThingGroup {
  @Field(() => String, { description: 'Its name; unique, and never changed.' })
  name: string;

  @Field(() => ID, { description: 'Its id; another one when a thing group of the same name is created again.' })
  id: string;

  @Field(() => String, { description: 'Its ARN: arn:aws:iot:{region}:{account}:thinggroup/{name}.' })
  arn: string;

  @Field(() => String, { nullable: true, description: 'What it is for.' })
  description: string | null;

  @Field(() => JsonScalar, { description: 'Its attributes: an object of texts.' })
  attributes: Record<string, string>;

  @Field(() => Int, { description: 'Its version: 1 at first, and one more with every update.' })
  version: number;

  @Field(() => DateTimeScalar, { description: 'When it was created.' })
  createdAt: number;

  readonly parentGroupName: string | undefined;
  readonly rootToParentNames: readonly string[];
}

/** A page of thing groups. */
export const ThingGroupConnection = relayConnection(ThingGroup, {
  one: 'thing group',
  many: 'thing groups',
  order: 'in the order of their names if no other is asked for',
});

/** A page of thing groups. */
export type ThingGroupConnection = Connection<ThingGroup>;

/** What `deleteThingGroup` answers. */
@ObjectType({ description: 'A thing group that was deleted.' })
export class DeletedThingGroup {
  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => Boolean, { description: 'Whether there was one; false when it was gone before.' })
  deleted: boolean;
}

/** A thing group of the registry. */
export function toThingGroup({
  thingGroupName,
  thingGroupId,
  thingGroupArn,
  ...group
}: RegistryThingGroup): ThingGroup {
  return {
    name: thingGroupName,
    id: thingGroupId,
    arn: thingGroupArn,
    description: group.description ?? null,
    attributes: group.attributes,
    version: group.version,
    createdAt: group.createdAt,
    parentGroupName: group.parentGroupName,
    rootToParentNames: group.rootToParentGroups.map(({ groupName }) => groupName),
  };
}

/** A page of thing groups of the registry, and what it was asked for with. */
export function toThingGroupConnection(
  { thingGroups, nextToken }: { thingGroups: readonly RegistryThingGroup[]; nextToken?: string | undefined },
  page: NamedPageArgs,
): ThingGroupConnection {
  return toNamedConnection(thingGroups.map(toThingGroup), nextToken, page);
}
