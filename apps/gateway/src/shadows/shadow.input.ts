import { Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import type { JsonValue } from '#thingcore/errors';
import type { AcceptedDocument, DeletedDocument } from '#thingcore/shadow-document';
import { JsonScalar } from '../scalars/json.scalar.js';
import { Shadow } from './shadow.type.js';

/** What `updateShadow` takes. */
@InputType({ description: 'An update of a shadow, as a device would publish it.' })
export class UpdateShadowInput {
  @Field(() => String, { description: 'The name of the thing.' })
  thingName: string;

  @Field(() => String, {
    nullable: true,
    description: 'The name of a named shadow; the classic shadow when it is left out.',
  })
  shadowName?: string | null;

  @Field(() => JsonScalar, {
    description:
      'What changes: `{ "desired": {...}, "reported": {...} }`, either or both. Keys that are left out stay; a key that is null is removed.',
  })
  state: JsonValue;

  @Field(() => Int, {
    nullable: true,
    description: 'The version the update is based on; another one in the shadow is the error VersionConflict.',
  })
  version?: number | null;

  @Field(() => String, { nullable: true, description: 'Text that comes back in everything this update causes.' })
  clientToken?: string | null;
}

/** What `updateShadow` and `revertShadow` answer. */
@ObjectType({ description: 'An update that was accepted.' })
export class AcceptedShadowUpdate {
  @Field(() => JsonScalar, {
    description: 'What the devices are told on `update/accepted`: the part of the state that was in the update.',
  })
  accepted: AcceptedDocument;

  readonly #load: () => Promise<Shadow | null>;

  constructor(accepted: AcceptedDocument, load: () => Promise<Shadow | null>) {
    this.accepted = accepted;
    this.#load = load;
  }

  /** Loaded only for those who ask for it. */
  @Field(() => Shadow, { nullable: true, description: 'The whole shadow after the update.' })
  get shadow(): Promise<Shadow | null> {
    return this.#load();
  }
}

/** What `revertShadow` takes. */
@InputType({ description: 'The version of a shadow to bring back.' })
export class RevertShadowInput {
  @Field(() => String, { description: 'The name of the thing.' })
  thingName: string;

  @Field(() => String, {
    nullable: true,
    description: 'The name of a named shadow; the classic shadow when it is left out.',
  })
  shadowName?: string | null;

  @Field(() => Int, { description: 'The version whose desired state to bring back; one of its history.' })
  toVersion: number;

  @Field(() => Int, {
    nullable: true,
    description: 'The version this is based on; another one in the shadow is the error VersionConflict.',
  })
  version?: number | null;

  @Field(() => String, { nullable: true, description: 'Text that comes back in everything this update causes.' })
  clientToken?: string | null;
}

/** What `deleteShadow` takes. */
@InputType({ description: 'The shadow to delete.' })
export class DeleteShadowInput {
  @Field(() => String, { description: 'The name of the thing.' })
  thingName: string;

  @Field(() => String, {
    nullable: true,
    description: 'The name of a named shadow; the classic shadow when it is left out.',
  })
  shadowName?: string | null;

  @Field(() => String, { nullable: true, description: 'Text that comes back in everything this deletion causes.' })
  clientToken?: string | null;
}

/** What `deleteShadow` answers. */
@ObjectType({ description: 'A shadow that was deleted.' })
export class DeletedShadow {
  @Field(() => JsonScalar, { description: 'What the devices are told on `delete/accepted`.' })
  accepted: DeletedDocument;
}
