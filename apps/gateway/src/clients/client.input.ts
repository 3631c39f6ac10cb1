import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import type { RequestOf, sendDirectMessage } from '#thingcore/contracts';
import type { JsonValue } from '#thingcore/errors';
import { DirectMessagePropertiesInput, toBrokerProperties } from '../messages/message-properties.type.js';
import { toPayloadBase64 } from '../messages/payload.js';
import { IdempotentInput } from '../mutations/idempotent.input.js';
import { JsonScalar } from '../scalars/json.scalar.js';

/** What `disconnectClient` takes. */
@InputType({ description: 'The client to disconnect.' })
export class DisconnectClientInput {
  @Field(() => String, { description: 'Its client id.' })
  clientId: string;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Whether its session ends too: its subscriptions, and the messages that wait for it. It ends the session of a client that is away as well.',
  })
  cleanSession: boolean;

  @Field(() => Boolean, { defaultValue: false, description: 'Whether its last will is not published.' })
  preventWillMessage: boolean;
}

/** What `disconnectClient` answers. */
@ObjectType({ description: 'A client that was disconnected.' })
export class DisconnectedClient {
  @Field(() => String, { description: 'Its client id.' })
  clientId: string;
}

/** What `sendDirectMessage` takes. */
@InputType({ description: 'A message to one client. Exactly one of `payload` and `payloadBase64` is given.' })
export class SendDirectMessageInput extends IdempotentInput {
  @Field(() => String, { description: 'The id of the client, which must be connected.' })
  clientId: string;

  @Field(() => String, {
    description:
      'The topic of the message. The client need not be subscribed to it, but its policies must let it receive it.',
  })
  topic: string;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'Its payload as JSON, sent as the text of that JSON: a string goes out in quotes, null as null.',
  })
  payload?: JsonValue;

  @Field(() => String, { nullable: true, description: 'Its payload as bytes of any kind, in base64.' })
  payloadBase64?: string | null;

  @Field(() => DirectMessagePropertiesInput, { nullable: true, description: 'Its MQTT 5 properties.' })
  properties?: DirectMessagePropertiesInput | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Whether to send it with QoS 1 and wait until the client has acknowledged it; else it goes out with QoS 0.',
  })
  confirmation: boolean;

  @Field(() => Int, {
    defaultValue: 5,
    description: 'How many seconds to wait for the acknowledgement, 1 to 15; then the error is GatewayTimeout.',
  })
  timeout: number;
}

/** What `sendDirectMessage` answers. */
@ObjectType({ description: 'A message that was sent to one client.' })
export class SentDirectMessage {
  @Field(() => ID, { description: 'The id that the broker gave it.' })
  messageId: string;
}

/** The request to send. Throws `InvalidRequest` unless there is exactly one payload. */
export function toSendDirectMessageRequest(input: SendDirectMessageInput): RequestOf<typeof sendDirectMessage> {
  const { clientId, topic, properties, confirmation, timeout } = input;
  return {
    clientId,
    topic,
    payload: toPayloadBase64(input),
    properties: toBrokerProperties(properties),
    confirmation,
    timeout,
  };
}
