import { ArgsType, Field, InputType } from '@nestjs/graphql';
import type { createThingType, RequestOf } from '#thingcore/contracts';
import { IotError, type JsonObject, type JsonValue } from '#thingcore/errors';
import { namedOrder, type NamedOrder } from '../connections/named-order.js';
import { PAGE_FIELDS } from '../connections/page.args.js';
import { TwoWayPageArgs } from '../connections/two-way-page.args.js';
import { IdempotentInput } from '../mutations/idempotent.input.js';
import { JsonScalar } from '../scalars/json.scalar.js';
import { asStringMap } from '../scalars/string-map.js';

/** Which thing types a list has. */
@InputType({ description: 'Which thing types to return.' })
export class ThingTypeFilter {
  @Field(() => String, { nullable: true, description: 'Their names begin with this.' })
  namePrefix?: string | null;
}

/** The order of a list of thing types. */
export const ThingTypeOrder = namedOrder('ThingType', 'thing types');

/** The arguments of `thingTypes`. */
@ArgsType()
export class ThingTypesArgs extends TwoWayPageArgs {
  @Field(() => ThingTypeFilter, {
    nullable: true,
    description: 'Which thing types to return; all when it is left out.',
  })
  filter?: ThingTypeFilter | null;

  @Field(() => ThingTypeOrder, {
    nullable: true,
    description: 'Their order; that of their names when it is left out. A cursor is one of its order.',
  })
  orderBy?: NamedOrder | null;
}

/** What `createThingType` takes. */
@InputType({ description: 'The thing type to create.' })
export class CreateThingTypeInput extends IdempotentInput {
  @Field(() => String, { description: 'Its name: 1 to 128 of a-z, A-Z, 0-9, colon, underscore and hyphen.' })
  name: string;

  @Field(() => String, { nullable: true, description: 'What it is for: at most 2028 characters.' })
  description?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'The names of attributes that things of the type are looked for by: at most 3.',
  })
  searchableAttributes?: string[] | null;

  @Field(() => JsonScalar, { nullable: true, description: 'Its tags: an object of texts, at most 50.' })
  tags?: JsonValue;

  @Field(() => JsonScalar, {
    nullable: true,
    description:
      'What it says of the shadows of its things, as `ThingType.shadowSchema` has it: the API gets fields of their types.',
  })
  shadowSchema?: JsonValue;
}

/** What `updateThingType` takes. */
@InputType({ description: 'What changes of a thing type; what is left out stays.' })
export class UpdateThingTypeInput {
  @Field(() => String, { description: 'The name of the thing type.' })
  name: string;

  @Field(() => String, { nullable: true, description: 'What it is for: at most 2028 characters.' })
  description?: string | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'The names of attributes that things of the type are looked for by: at most 3, in place of those before.',
  })
  searchableAttributes?: string[] | null;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'What it says of the shadows of its things, in place of what it said before; null takes that away.',
  })
  shadowSchema?: JsonValue;
}

/** What `deprecateThingType` takes. */
@InputType({ description: 'The thing type to deprecate.' })
export class DeprecateThingTypeInput {
  @Field(() => String, { description: 'The name of the thing type.' })
  name: string;

  @Field(() => Boolean, { defaultValue: false, description: 'Whether to take its deprecation back instead.' })
  undo: boolean;
}

/** The request to create a thing type. */
export function toCreateThingTypeRequest({
  name,
  description,
  searchableAttributes,
  tags,
  shadowSchema,
}: CreateThingTypeInput): RequestOf<typeof createThingType> {
  return {
    thingTypeName: name,
    description: description ?? undefined,
    searchableAttributes: searchableAttributes ?? undefined,
    tags: asStringMap(tags),
    shadowSchema: asShadowSchema(shadowSchema) ?? undefined,
  };
}

/** A shadow schema of an input; null takes one away. Throws `InvalidRequest` for anything but an object. */
export function asShadowSchema(value: JsonValue | undefined): JsonObject | null | undefined {
  if (typeof value !== 'object' && value !== undefined) throw shadowSchemaRefusal();
  if (Array.isArray(value)) throw shadowSchemaRefusal();
  return value;
}

function shadowSchemaRefusal(): IotError {
  return new IotError('InvalidRequest', 'shadowSchema must be an object with the JSON Schemas of shadows', {
    details: { field: 'shadowSchema' },
  });
}

/** How the fields of the commands that change thing types are called in GraphQL. */
export const THING_TYPE_FIELDS = { thingTypeName: 'name', undoDeprecate: 'undo' } as const;

/** How the fields of the command that lists thing types are called in GraphQL. */
export const LIST_THING_TYPES_FIELDS = { ...PAGE_FIELDS, namePrefix: 'filter.namePrefix' } as const;
