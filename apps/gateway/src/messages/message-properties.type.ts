import { Extensions, Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import type { MessageProperties as BrokerProperties } from '#thingcore/contracts';
import { PART_OF_DOCUMENT } from '../connections/part-of-document.js';

/** A user property of MQTT 5. */
@ObjectType({ description: 'A user property of MQTT 5. A name may come more than once.' })
export class UserProperty {
  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => String, { description: 'Its value.' })
  value: string;
}

/** The MQTT 5 properties of a message. */
@ObjectType({ description: 'The MQTT 5 properties of a message.' })
export class MessageProperties {
  @Field(() => Boolean, { nullable: true, description: 'Whether the payload says that it is UTF-8 text.' })
  payloadFormatIndicator: boolean | null;

  @Field(() => String, { nullable: true, description: 'What the payload is, such as text/plain.' })
  contentType: string | null;

  @Field(() => String, { nullable: true, description: 'The topic that an answer is expected on.' })
  responseTopic: string | null;

  @Field(() => String, { nullable: true, description: 'What an answer shall carry to be known as one, in base64.' })
  correlationDataBase64: string | null;

  @Field(() => Int, { nullable: true, description: 'How many seconds the message is of use from its publication on.' })
  messageExpiryInterval: number | null;

  @Extensions(PART_OF_DOCUMENT)
  @Field(() => [UserProperty], { description: 'Its user properties, in their order.' })
  userProperties: UserProperty[];
}

/** A user property to send. */
@InputType({ description: 'A user property of MQTT 5. A name may come more than once.' })
export class UserPropertyInput {
  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => String, { description: 'Its value.' })
  value: string;
}

/** The MQTT 5 properties of a message to one client. */
@InputType({ description: 'The MQTT 5 properties of a message to one client. Clients of MQTT 3.1.1 do not get them.' })
export class DirectMessagePropertiesInput {
  @Field(() => Boolean, { nullable: true, description: 'Whether the payload is UTF-8 text.' })
  payloadFormatIndicator?: boolean | null;

  @Field(() => String, { nullable: true, description: 'What the payload is, such as text/plain.' })
  contentType?: string | null;

  @Field(() => String, { nullable: true, description: 'The topic that an answer is expected on.' })
  responseTopic?: string | null;

  @Field(() => String, { nullable: true, description: 'What an answer shall carry to be known as one, in base64.' })
  correlationDataBase64?: string | null;

  @Field(() => [UserPropertyInput], { nullable: true, description: 'User properties, in their order.' })
  userProperties?: UserPropertyInput[] | null;
}

/** The MQTT 5 properties of a message to publish. */
@InputType({ description: 'The MQTT 5 properties of a message. Clients of MQTT 3.1.1 do not get them.' })
export class MessagePropertiesInput extends DirectMessagePropertiesInput {
  @Field(() => Int, {
    nullable: true,
    description: 'How many seconds the message is of use: whoever has not got it by then does not get it.',
  })
  messageExpiryInterval?: number | null;
}

/** The properties for a request; undefined without any. */
export function toBrokerProperties(input: MessagePropertiesInput | null | undefined): BrokerProperties | undefined {
  if (input === undefined || input === null) return undefined;
  const { correlationDataBase64, userProperties } = input;
  return {
    payloadFormatIndicator: input.payloadFormatIndicator ?? undefined,
    contentType: input.contentType ?? undefined,
    responseTopic: input.responseTopic ?? undefined,
    correlationData: correlationDataBase64 ?? undefined,
    messageExpiryInterval: input.messageExpiryInterval ?? undefined,
    userProperties: userProperties?.map(({ name, value }): [string, string] => [name, value]),
  };
}

/** How the fields of {@link toBrokerProperties} are called in GraphQL. */
export const MESSAGE_PROPERTIES_FIELDS = { 'properties.correlationData': 'properties.correlationDataBase64' } as const;

/** The properties of a message as the broker took it; null without any. */
export function toMessageProperties(properties: BrokerProperties | undefined): MessageProperties | null {
  if (properties === undefined) return null;
  return {
    payloadFormatIndicator: properties.payloadFormatIndicator ?? null,
    contentType: properties.contentType ?? null,
    responseTopic: properties.responseTopic ?? null,
    correlationDataBase64: properties.correlationData ?? null,
    messageExpiryInterval: properties.messageExpiryInterval ?? null,
    userProperties: toUserProperties(properties.userProperties),
  };
}

/** User properties by their names. */
export function toUserProperties(pairs: readonly (readonly [string, string])[] | undefined): UserProperty[] {
  return (pairs ?? []).map(([name, value]) => ({ name, value }));
}
