import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import type { publishMessage, RequestOf } from '#thingcore/contracts';
import { IotError, type JsonValue } from '#thingcore/errors';
import { IdempotentInput } from '../mutations/idempotent.input.js';
import { JsonScalar } from '../scalars/json.scalar.js';
import { MessagePropertiesInput, toBrokerProperties } from './message-properties.type.js';
import { toPayloadBase64 } from './payload.js';

/** What `publish` takes. */
@InputType({ description: 'The message to publish. Exactly one of `payload` and `payloadBase64` is given.' })
export class PublishInput extends IdempotentInput {
  @Field(() => String, { description: 'Its topic.' })
  topic: string;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'Its payload as JSON, sent as the text of that JSON: a string goes out in quotes, null as null.',
  })
  payload?: JsonValue;

  @Field(() => String, { nullable: true, description: 'Its payload as bytes of any kind, in base64.' })
  payloadBase64?: string | null;

  @Field(() => Int, { defaultValue: 0, description: 'Its quality of service: 0 or 1.' })
  qos: number;

  @Field(() => Boolean, { defaultValue: false, description: 'Whether the broker keeps it for later subscribers.' })
  retain: boolean;

  @Field(() => MessagePropertiesInput, { nullable: true, description: 'Its MQTT 5 properties.' })
  properties?: MessagePropertiesInput | null;
}

/** What `publish` answers. */
@ObjectType({ description: 'A message that the broker has taken.' })
export class PublishedMessage {
  @Field(() => ID, { description: 'The id that the broker gave it.' })
  messageId: string;
}

/** The request to publish. Throws `InvalidRequest` unless there is exactly one payload. */
export function toPublishRequest(input: PublishInput): RequestOf<typeof publishMessage> {
  const { topic, qos, retain, properties } = input;
  const payload = toPayloadBase64(input);
  // AWS: Message broker, "MQTT protocol support": QoS 2 does not exist there.
  if (qos !== 0 && qos !== 1) {
    throw new IotError('InvalidRequest', `qos is 0 or 1, not ${qos}`, { details: { field: 'qos' } });
  }
  return { topic, payload, qos, retain, properties: toBrokerProperties(properties) };
}
