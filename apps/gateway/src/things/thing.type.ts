import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import type { Thing as RegistryThing } from '#thingcore/contracts';
import { toCursor } from '../connections/cursor.js';
import { PageInfo } from '../connections/page-info.type.js';
import { JsonScalar } from '../scalars/json.scalar.js';

/** A thing. Its connectivity and its shadows are fields of their own resolvers. */
@ObjectType({ description: 'A device, or whatever else is represented here: an entry of the registry.' })
export class Thing {
  @Field(() => String, { description: 'Its name; unique, and never changed.' })
  name: string;

  @Field(() => ID, { description: 'Its id; another one when a thing of the same name is created again.' })
  thingId: string;

  @Field(() => String, { description: 'Its ARN: arn:aws:iot:{region}:{account}:thing/{name}.' })
  arn: string;

  @Field(() => JsonScalar, { description: 'Its attributes: an object of texts.' })
  attributes: Record<string, string>;

  @Field(() => Int, { description: 'Its version; goes up with every change of its attributes.' })
  version: number;
}

/** A thing on a page. */
@ObjectType({ description: 'A thing in a list.' })
export class ThingEdge {
  @Field(() => String, { description: 'Where the thing is in the list; pass it as `after` to go on behind it.' })
  cursor: string;

  @Field(() => Thing, { description: 'The thing.' })
  node: Thing;
}

/** A page of things. */
@ObjectType({ description: 'A page of things in the order of their names.' })
export class ThingConnection {
  @Field(() => [ThingEdge], { description: 'The things of the page.' })
  edges: ThingEdge[];

  @Field(() => PageInfo, { description: 'Where the page lies in the list.' })
  pageInfo: PageInfo;
}

/** A thing of the registry. */
export function toThing({ thingName, thingId, thingArn, attributes, version }: RegistryThing): Thing {
  return { name: thingName, thingId, arn: thingArn, attributes, version };
}

/** A page of the registry; `isFirst` tells whether it begins the list. */
export function toThingConnection(
  { things, nextToken }: { things: readonly RegistryThing[]; nextToken?: string | undefined },
  isFirst: boolean,
): ThingConnection {
  const edges = things.map((thing) => ({ cursor: toCursor(thing.thingName), node: toThing(thing) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: nextToken !== undefined,
      hasPreviousPage: !isFirst,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
