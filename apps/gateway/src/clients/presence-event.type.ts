import { Field, Float, ObjectType, registerEnumType } from '@nestjs/graphql';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';
import type { Message } from '../messages/message.type.js';

/** What happened to a client. */
export const PresenceEventType = {
  CONNECTED: 'connected',
  DISCONNECTED: 'disconnected',
  CONNECT_FAILED: 'connect_failed',
} as const;

/** What happened to a client, as the lifecycle event says it. */
export type PresenceEventType = (typeof PresenceEventType)[keyof typeof PresenceEventType];

registerEnumType(PresenceEventType, {
  name: 'PresenceEventType',
  description: 'What happened to a client.',
  valuesMap: {
    CONNECTED: { description: 'It has connected.' },
    DISCONNECTED: { description: 'Its connection has ended.' },
    CONNECT_FAILED: { description: 'It was not allowed to connect, or not with its will.' },
  },
});

/** A lifecycle event of a connection. */
@ObjectType({ description: 'A client has connected or disconnected, or was not allowed to connect.' })
export class PresenceEvent {
  @Field(() => PresenceEventType, { description: 'What happened.' })
  eventType: PresenceEventType;

  @Field(() => String, { description: 'The client id.' })
  clientId: string;

  @Field(() => DateTimeScalar, { description: 'When it happened.' })
  timestamp: number;

  @Field(() => String, { description: 'The id of the connection.' })
  sessionIdentifier: string;

  @Field(() => String, { description: 'The id of its certificate, or `anonymous`.' })
  principalIdentifier: string;

  @Field(() => String, {
    nullable: true,
    description: 'The thing that the certificate is exclusively attached to, if there is one.',
  })
  thingName: string | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'A whole number that grows with each connection of the client, the same in both events of one; null of a connection that failed.',
  })
  versionNumber: number | null;

  @Field(() => String, { nullable: true, description: 'The address it came from; null when it disconnected.' })
  ipAddress: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Why the connection ended, as in MQTT_KEEP_ALIVE_TIMEOUT; null unless it disconnected.',
  })
  disconnectReason: string | null;
}

/** What the broker publishes on the topics of presence. */
interface PresenceDocument extends Pick<
  PresenceEvent,
  'eventType' | 'clientId' | 'timestamp' | 'sessionIdentifier' | 'principalIdentifier'
> {
  readonly thingName?: string;
  readonly versionNumber?: number;
  readonly ipAddress?: string;
  readonly disconnectReason?: string;
}

/** The event in a message of the broker; nobody else may publish on these topics. */
export function toPresenceEvent({ payload }: Message): PresenceEvent {
  const document = payload as unknown as PresenceDocument;
  const { eventType, clientId, timestamp, sessionIdentifier, principalIdentifier } = document;
  return {
    ...{ eventType, clientId, timestamp, sessionIdentifier, principalIdentifier },
    thingName: document.thingName ?? null,
    versionNumber: document.versionNumber ?? null,
    ipAddress: document.ipAddress ?? null,
    disconnectReason: document.disconnectReason ?? null,
  };
}
