import { Field, Int, ObjectType } from '@nestjs/graphql';
import type { BrokerMessage } from '#thingcore/contracts';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';
import { MessageContent } from './message-content.type.js';
import { MessageProperties, toMessageProperties } from './message-properties.type.js';
import { readPayload } from './payload.js';

/** A message. */
@ObjectType({ description: 'A message that was published.' })
export class Message extends MessageContent {
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
