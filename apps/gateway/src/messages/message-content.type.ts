import { Field, ObjectType } from '@nestjs/graphql';
import type { JsonValue } from '#thingcore/errors';
import { JsonScalar } from '../scalars/json.scalar.js';

/** What a message says, and where, whether it is on its way or kept. */
@ObjectType({ isAbstract: true })
export abstract class MessageContent {
  @Field(() => String, { description: 'Its topic.' })
  topic: string;

  @Field(() => JsonScalar, { nullable: true, description: 'Its payload as JSON; null when it is none.' })
  payload: JsonValue;

  @Field(() => String, { nullable: true, description: 'Its payload as text; null when it is no UTF-8.' })
  payloadText: string | null;

  @Field(() => String, { description: 'Its payload as it is, in base64.' })
  payloadBase64: string;
}
