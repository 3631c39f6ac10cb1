import { Extensions, Field, Int, ObjectType } from '@nestjs/graphql';
import type {
  RetainedMessage as BrokerRetainedMessage,
  RetainedMessageSummary as BrokerRetainedSummary,
} from '#thingcore/contracts';
import { PART_OF_DOCUMENT } from '../connections/part-of-document.js';
import { type Connection, relayConnection } from '../connections/relay-connection.js';
import { MessageContent } from '../messages/message-content.type.js';
import { toUserProperties, UserProperty } from '../messages/message-properties.type.js';
import { readPayload } from '../messages/payload.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';

/** A message that is retained on a topic. */
@ObjectType({ description: 'A message that the broker keeps for those who subscribe to its topic later.' })
export class RetainedMessage extends MessageContent {
  @Field(() => Int, { description: 'The quality of service it was published with.' })
  qos: number;

  @Field(() => DateTimeScalar, { description: 'When it was published.' })
  lastModifiedTime: number;

  @Extensions(PART_OF_DOCUMENT)
  @Field(() => [UserProperty], { description: 'Its user properties of MQTT 5, in their order.' })
  userProperties: UserProperty[];
}

/** A topic that a message is retained on. */
@ObjectType({ description: 'A topic that a message is retained on.' })
export class RetainedTopic {
  @Field(() => String, { description: 'The topic.' })
  topic: string;

  @Field(() => Int, { description: 'How many bytes the payload of the message has.' })
  payloadSize: number;

  @Field(() => Int, { description: 'The quality of service it was published with.' })
  qos: number;

  @Field(() => DateTimeScalar, { description: 'When it was published.' })
  lastModifiedTime: number;
}

/** A page of topics. */
export const RetainedTopicConnection = relayConnection(RetainedTopic, {
  one: 'topic',
  many: 'topics',
  order: 'in the order of their bytes',
});

/** A page of topics. */
export type RetainedTopicConnection = Connection<RetainedTopic>;

/** What `deleteRetainedMessage` answers. */
@ObjectType({ description: 'A topic that no message is retained on any more.' })
export class DeletedRetainedMessage {
  @Field(() => String, { description: 'The topic.' })
  topic: string;
}

/** A message of the broker. */
export function toRetainedMessage({ payload, userProperties, ...message }: BrokerRetainedMessage): RetainedMessage {
  return { ...message, ...readPayload(payload), userProperties: toUserProperties(userProperties) };
}

/** A topic of the broker. */
export function toRetainedTopic({ topic, payloadSize, qos, lastModifiedTime }: BrokerRetainedSummary): RetainedTopic {
  return { topic, payloadSize, qos, lastModifiedTime };
}
