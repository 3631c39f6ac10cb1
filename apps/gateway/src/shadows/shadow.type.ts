import { Field, Int, ObjectType } from '@nestjs/graphql';
import type { JsonObject } from '#thingcore/errors';
import type { ShadowDocument } from '#thingcore/shadow-document';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';
import { JsonScalar } from '../scalars/json.scalar.js';

/** A shadow. What it was belongs to a resolver of its own. */
@ObjectType({
  description: 'The shadow of a thing: the state its applications want and the state its device reports.',
})
export class Shadow {
  @Field(() => JsonScalar, { nullable: true, description: 'The state that applications want.' })
  desired: JsonObject | null;

  @Field(() => JsonScalar, { nullable: true, description: 'The state that the device reports.' })
  reported: JsonObject | null;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'What of the desired state the device does not report; null when there is nothing.',
  })
  delta: JsonObject | null;

  @Field(() => JsonScalar, { description: 'When each value was last set, in seconds since 1970.' })
  metadata: ShadowDocument['metadata'];

  @Field(() => Int, { description: 'Its version; goes up with every update.' })
  version: number;

  @Field(() => DateTimeScalar, { description: 'When the service answered, to the second.' })
  timestamp: number;

  @Field(() => DateTimeScalar, { description: 'When it was last updated.' })
  updatedAt: number;

  readonly thingName: string;
  readonly shadowName: string | undefined;
}

/** Which shadow, and when it was last updated, in milliseconds since the epoch. */
export interface ShadowOrigin {
  readonly thingName: string;
  readonly shadowName: string | undefined;
  readonly updatedAt?: number | undefined;
}

/** A shadow document; its timestamp is in seconds. */
export function toShadow(
  { state, metadata, version, timestamp }: ShadowDocument,
  { thingName, shadowName, updatedAt }: ShadowOrigin,
): Shadow {
  return {
    desired: state.desired ?? null,
    reported: state.reported ?? null,
    delta: state.delta ?? null,
    metadata,
    version,
    timestamp: timestamp * 1000,
    updatedAt: updatedAt ?? timestamp * 1000,
    thingName,
    shadowName,
  };
}
