import { Field, InputType, Int } from '@nestjs/graphql';
import type { createThing, RequestOf, updateThing } from '#thingcore/contracts';
import type { JsonValue } from '#thingcore/errors';
import { IdempotentInput } from '../mutations/idempotent.input.js';
import { JsonScalar } from '../scalars/json.scalar.js';
import { asStringMap } from '../scalars/string-map.js';

/** What `createThing` takes. */
@InputType({ description: 'The thing to create.' })
export class CreateThingInput extends IdempotentInput {
  @Field(() => String, { description: 'Its name: 1 to 128 of a-z, A-Z, 0-9, colon, underscore and hyphen.' })
  name: string;

  @Field(() => String, { nullable: true, description: 'The name of its thing type, which must not be deprecated.' })
  type?: string | null;

  @Field(() => String, { nullable: true, description: 'The name of its billing group.' })
  billingGroup?: string | null;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'Its attributes: an object of texts, at most 3 without a thing type and 50 with one.',
  })
  attributes?: JsonValue;
}

/** What `updateThing` takes. */
@InputType({ description: 'What changes of a thing; what is left out stays.' })
export class UpdateThingInput {
  @Field(() => String, { description: 'The name of the thing.' })
  name: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'The version the update is based on; when it is another one by now, that is the error VersionConflict.',
  })
  expectedVersion?: number | null;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'Its attributes: an object of texts. An attribute that is the empty text is removed.',
  })
  attributes?: JsonValue;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether `attributes` are added to those it has, or replace them all.',
  })
  mergeAttributes: boolean;

  @Field(() => String, { nullable: true, description: 'The name of its new thing type.' })
  type?: string | null;

  @Field(() => Boolean, { defaultValue: false, description: 'Whether it shall have no thing type any more.' })
  removeType: boolean;
}

/** What `deleteThing` takes. */
@InputType({ description: 'The thing to delete.' })
export class DeleteThingInput {
  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => Int, {
    nullable: true,
    description: 'The version that was seen; when it is another one by now, that is the error VersionConflict.',
  })
  expectedVersion?: number | null;
}

/** The request to create a thing. */
export function toCreateThingRequest({
  name,
  type,
  billingGroup,
  attributes,
}: CreateThingInput): RequestOf<typeof createThing> {
  return {
    thingName: name,
    thingTypeName: type ?? undefined,
    billingGroupName: billingGroup ?? undefined,
    attributes: asStringMap(attributes),
  };
}

/** The request to update a thing. */
export function toUpdateThingRequest({
  name,
  type,
  removeType,
  attributes,
  mergeAttributes,
  expectedVersion,
}: UpdateThingInput): RequestOf<typeof updateThing> {
  return {
    thingName: name,
    thingTypeName: type ?? undefined,
    removeThingType: removeType,
    attributes: asStringMap(attributes),
    merge: mergeAttributes,
    expectedVersion: expectedVersion ?? undefined,
  };
}

/** How the fields of the commands that change things are called in GraphQL. */
export const THING_FIELDS = {
  thingName: 'name',
  thingTypeName: 'type',
  removeThingType: 'removeType',
  billingGroupName: 'billingGroup',
  merge: 'mergeAttributes',
} as const;
