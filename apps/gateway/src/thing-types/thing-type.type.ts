import { Field, ID, ObjectType } from '@nestjs/graphql';
import type { ThingType as RegistryThingType } from '#thingcore/contracts';
import { type Connection, relayConnection } from '../connections/relay-connection.js';
import type { JsonObject } from '#thingcore/errors';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';
import { JsonScalar } from '../scalars/json.scalar.js';

/** A thing type. Its things and its tags are fields of its resolver. */
@ObjectType({ description: 'A kind of things.' })
export class ThingType {
  @Field(() => String, { description: 'Its name; unique, and never changed.' })
  name: string;

  @Field(() => ID, { description: 'Its id; another one when a thing type of the same name is created again.' })
  id: string;

  @Field(() => String, { description: 'Its ARN: arn:aws:iot:{region}:{account}:thingtype/{name}.' })
  arn: string;

  @Field(() => String, { nullable: true, description: 'What it is for.' })
  description: string | null;

  @Field(() => [String], {
    description: 'The names of attributes that things of the type are looked for by: at most 3.',
  })
  searchableAttributes: string[];

  @Field(() => Boolean, { description: 'Whether it is deprecated: no further thing can have it then.' })
  deprecated: boolean;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Since when it is deprecated; null when it is not.' })
  deprecatedAt: number | null;

  @Field(() => DateTimeScalar, { description: 'When it was created.' })
  createdAt: number;

  @Field(() => JsonScalar, {
    nullable: true,
    description:
      'What it says of the shadows of its things: `{ "classic": {JSON Schema}, "named": {...}, "validation": "GRAPHQL", "graphqlName": "Thermostat" }`; null when it says nothing.',
  })
  shadowSchema: JsonObject | null;
}

/** A page of thing types. */
export const ThingTypeConnection = relayConnection(ThingType, {
  one: 'thing type',
  many: 'thing types',
  order: 'in the order of their names if no other is asked for',
});

/** A page of thing types. */
export type ThingTypeConnection = Connection<ThingType>;

/** What `deleteThingType` answers. */
@ObjectType({ description: 'A thing type that was deleted.' })
export class DeletedThingType {
  @Field(() => String, { description: 'Its name.' })
  name: string;
}

/** A thing type of the registry. */
export function toThingType({ thingTypeName, thingTypeId, thingTypeArn, ...type }: RegistryThingType): ThingType {
  return {
    name: thingTypeName,
    id: thingTypeId,
    arn: thingTypeArn,
    description: type.description ?? null,
    searchableAttributes: type.searchableAttributes,
    deprecated: type.deprecated,
    deprecatedAt: type.deprecatedAt ?? null,
    createdAt: type.createdAt,
    shadowSchema: type.shadowSchema ?? null,
  };
}
