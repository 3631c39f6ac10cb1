import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import type { Thing as RegistryThing } from '#thingcore/contracts';
import { type NamedPageArgs, toNamedConnection } from '../connections/named-order.js';
import { type Connection, relayConnection } from '../connections/relay-connection.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';
import { JsonScalar } from '../scalars/json.scalar.js';

/** A thing. What belongs to other resources, or to other services, are fields of resolvers. */
@ObjectType({ description: 'A device, or whatever else is represented here: an entry of the registry.' })
export class Thing {
  @Field(() => String, { description: 'Its name; unique, and never changed.' })
  name: string;

  @Field(() => ID, { description: 'Its id; another one when a thing of the same name is created again.' })
  id: string;

  @Field(() => String, { description: 'Its ARN: arn:aws:iot:{region}:{account}:thing/{name}.' })
  arn: string;

  @Field(() => JsonScalar, { description: 'Its attributes: an object of texts.' })
  attributes: Record<string, string>;

  @Field(() => Int, { description: 'Its version: 1 at first, and one more with every update.' })
  version: number;

  @Field(() => DateTimeScalar, { description: 'When it was created.' })
  createdAt: number;

  readonly thingTypeName: string | undefined;
  readonly billingGroupName: string | undefined;
}

/** A page of things. */
export const ThingConnection = relayConnection(Thing, {
  one: 'thing',
  many: 'things',
  order: 'in the order of their names if no other is asked for',
});

/** A page of things. */
export type ThingConnection = Connection<Thing>;

/** What `deleteThing` answers. */
@ObjectType({ description: 'A thing that was deleted.' })
export class DeletedThing {
  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => Boolean, { description: 'Whether there was one; false when it was gone before.' })
  deleted: boolean;
}

/** A thing of the registry. */
export function toThing({ thingName, thingId, thingArn, ...thing }: RegistryThing): Thing {
  const { attributes, version, createdAt, thingTypeName, billingGroupName } = thing;
  return {
    name: thingName,
    id: thingId,
    arn: thingArn,
    attributes,
    version,
    createdAt,
    thingTypeName,
    billingGroupName,
  };
}

/** A page of things of the registry, and what it was asked for with. */
export function toThingConnection(
  { things, nextToken }: { things: readonly RegistryThing[]; nextToken?: string | undefined },
  page: NamedPageArgs,
): ThingConnection {
  return toNamedConnection(things.map(toThing), nextToken, page);
}
