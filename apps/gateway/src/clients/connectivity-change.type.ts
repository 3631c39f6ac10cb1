import { Field, Float, ObjectType } from '@nestjs/graphql';
import type { Connectivity as BrokerConnectivity } from '#thingcore/contracts';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';
import type { PresenceEvent } from './presence-event.type.js';

/** A client has connected or disconnected. */
@ObjectType({ description: 'A client has connected or disconnected.' })
export class ConnectivityChange {
  @Field(() => String, { description: 'The client id.' })
  clientId: string;

  @Field(() => String, {
    nullable: true,
    description: 'The thing that the certificate is exclusively attached to, if there is one.',
  })
  thingName: string | null;

  @Field(() => Boolean, { description: 'Whether it is connected.' })
  connected: boolean;

  @Field(() => DateTimeScalar, { description: 'Since when that is so.' })
  timestamp: number;

  @Field(() => String, {
    nullable: true,
    description: 'Why the connection ended, as in MQTT_KEEP_ALIVE_TIMEOUT; null while it is connected.',
  })
  disconnectReason: string | null;

  @Field(() => String, { description: 'The id of the connection.' })
  sessionIdentifier: string;

  @Field(() => Float, {
    nullable: true,
    description: 'A whole number that grows with each connection of the client, the same in both changes of one.',
  })
  versionNumber: number | null;

  @Field(() => String, { description: 'The id of its certificate, or `anonymous`.' })
  principalIdentifier: string;

  @Field(() => Boolean, { description: 'Whether it is how things were when the subscription began, and no change.' })
  initial: boolean;
}

/** What a lifecycle event says; undefined for a connection that failed, which changes nothing. */
export function toConnectivityChange(event: PresenceEvent): ConnectivityChange | undefined {
  const { eventType, clientId, thingName, timestamp, disconnectReason, sessionIdentifier, versionNumber } = event;
  if (eventType === 'connect_failed') return undefined;
  return {
    ...{ clientId, thingName, timestamp, disconnectReason, sessionIdentifier, versionNumber },
    connected: eventType === 'connected',
    principalIdentifier: event.principalIdentifier,
    initial: false,
  };
}

/** How things are. */
export function toInitialConnectivity(known: BrokerConnectivity): ConnectivityChange {
  const { clientId, connected, timestamp, sessionIdentifier, versionNumber } = known;
  return {
    ...{ clientId, connected, timestamp, sessionIdentifier, versionNumber },
    thingName: known.thingName ?? null,
    disconnectReason: known.disconnectReason ?? null,
    principalIdentifier: known.principal,
    initial: true,
  };
}
