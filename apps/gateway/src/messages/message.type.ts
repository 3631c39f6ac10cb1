import { Field, Int, ObjectType } from '@nestjs/graphql';
import type { BrokerMessage } from '#thingcore/contracts';
import type { JsonValue } from '#thingcore/errors';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';
import { JsonScalar } from '../scalars/json.scalar.js';
import { MessageProperties, toMessageProperties } from './message-properties.type.js';
import { readPayload } from './payload.js';

/** A message. */
@ObjectType({ description: 'A message that was published.' })
export class Message {
  @Field(() => String, { description: 'Its topic.' })
  topic: string;

  @Field(() => JsonScalar, { nullable: true, description: 'Its payload as JSON; null when it is none.' })
  payload: JsonValue;

  @Field(() => String, { nullable: true, description: 'Its payload as text; null when it is no UTF-8.' })
  payloadText: string | null;

  @Field(() => String, { description: 'Its payload as it is, in base64.' })
  payloadBase64: string;

  @Field(() => Int, { description: 'The quality of service it was published with: 0, 1 or 2.' })
  qos: number;

  @Field(() => Boolean, { description: 'Whether the broker keeps it for later subscribers.' })
  retain: boolean;

  @Field(() => MessageProperties, { nullable: true, description: 'Its MQTT 5 properties; null when it has none.' })
  properties: MessageProperties | null;

  @Field(() => String, { nullable: true, description: 'The client that published it; null when the platform did.' })
  clientId: string | null;

  @Field(() => DateTimeScalar, { description: 'When the broker took it.' })
  timestamp: number;
}

/** A message as the broker took it. */
export function toMessage({ payload, topic, qos, retain, properties, clientId, timestamp }: BrokerMessage): Message {
  return {
    topic,
    ...readPayload(payload),
    qos,
    retain,
    properties: toMessageProperties(properties),
    clientId: clientId ?? null,
    timestamp,
  };
}
