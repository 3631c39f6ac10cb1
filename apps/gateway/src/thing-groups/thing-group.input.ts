import { Field, InputType, Int } from '@nestjs/graphql';
import type { createThingGroup, RequestOf, updateThingGroup } from '#thingcore/contracts';
import type { JsonValue } from '#thingcore/errors';
import { IdempotentInput } from '../mutations/idempotent.input.js';
import { JsonScalar } from '../scalars/json.scalar.js';
import { asStringMap } from '../scalars/string-map.js';

/** What `createThingGroup` takes. */
@InputType({ description: 'The thing group to create.' })
export class CreateThingGroupInput extends IdempotentInput {
  @Field(() => String, { description: 'Its name: 1 to 128 of a-z, A-Z, 0-9, colon, underscore and hyphen.' })
  name: string;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the group above it, for ever; it is the root of a hierarchy when this is left out.',
  })
  parent?: string | null;

  @Field(() => String, { nullable: true, description: 'What it is for: at most 2028 characters.' })
  description?: string | null;

  @Field(() => JsonScalar, { nullable: true, description: 'Its attributes: an object of texts, at most 50.' })
  attributes?: JsonValue;

  @Field(() => JsonScalar, { nullable: true, description: 'Its tags: an object of texts, at most 50.' })
  tags?: JsonValue;
}

/** What `updateThingGroup` takes. */
@InputType({ description: 'What changes of a thing group; what is left out stays.' })
export class UpdateThingGroupInput {
  @Field(() => String, { description: 'The name of the thing group.' })
  name: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'The version the update is based on; when it is another one by now, that is the error VersionConflict.',
  })
  expectedVersion?: number | null;

  @Field(() => String, { nullable: true, description: 'What it is for: at most 2028 characters.' })
  description?: string | null;

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
}

/** What `deleteThingGroup` takes. */
@InputType({ description: 'The thing group to delete.' })
export class DeleteThingGroupInput {
  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => Int, {
    nullable: true,
    description: 'The version that was seen; when it is another one by now, that is the error VersionConflict.',
  })
  expectedVersion?: number | null;
}

/** The request to create a thing group. */
export function toCreateThingGroupRequest({
  name,
  parent,
  description,
  attributes,
  tags,
}: CreateThingGroupInput): RequestOf<typeof createThingGroup> {
  return {
    thingGroupName: name,
    parentGroupName: parent ?? undefined,
    description: description ?? undefined,
    attributes: asStringMap(attributes),
    tags: asStringMap(tags),
  };
}

/** The request to update a thing group. */
export function toUpdateThingGroupRequest({
  name,
  description,
  attributes,
  mergeAttributes,
  expectedVersion,
}: UpdateThingGroupInput): RequestOf<typeof updateThingGroup> {
  return {
    thingGroupName: name,
    description: description ?? undefined,
    attributes: asStringMap(attributes),
    merge: mergeAttributes,
    expectedVersion: expectedVersion ?? undefined,
  };
}

/** How the fields of the commands that change thing groups are called in GraphQL. */
export const THING_GROUP_FIELDS = {
  thingGroupName: 'name',
  parentGroupName: 'parent',
  merge: 'mergeAttributes',
} as const;
