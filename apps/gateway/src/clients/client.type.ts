import { Field, Float, Int, ObjectType } from '@nestjs/graphql';
import type { Connectivity as BrokerConnectivity } from '#thingcore/contracts';
import { type Connection, relayConnection } from '../connections/relay-connection.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';

/** An MQTT client. Its thing, certificate and subscriptions are fields of resolvers. */
@ObjectType({ description: 'An MQTT client with its connection, or with the last one it had.' })
export class Client {
  @Field(() => String, { description: 'Its client id.' })
  clientId: string;

  @Field(() => Boolean, { description: 'Whether it is connected now, to any node of the broker.' })
  connected: boolean;

  @Field(() => DateTimeScalar, { description: 'When the connection began.' })
  connectedSince: number;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When the connection ended; null while it is connected, and while nobody knows.',
  })
  disconnectedSince: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'Why the connection ended, as in MQTT_KEEP_ALIVE_TIMEOUT; null while it is connected.',
  })
  disconnectReason: string | null;

  @Field(() => String, { description: 'The id of the connection, which the lifecycle events of it carry.' })
  sessionIdentifier: string;

  @Field(() => Float, {
    description: 'A whole number that grows with each connection of the client; its lifecycle events carry it.',
  })
  versionNumber: number;

  @Field(() => Boolean, { description: 'Whether its session ends with the connection.' })
  cleanSession: boolean;

  @Field(() => Int, { description: 'The keep alive in force, in seconds; 0 for none.' })
  keepAliveDuration: number;

  @Field(() => Float, {
    description: 'How many seconds the session outlives the connection; 0 when it does not, or for ever.',
  })
  sessionExpiry: number;

  @Field(() => String, { description: 'The address it connected from.' })
  sourceIp: string;

  @Field(() => Int, { nullable: true, description: 'The port it connected from.' })
  sourcePort: number | null;

  @Field(() => String, { nullable: true, description: 'The address of the broker that it connected to.' })
  targetIp: string | null;

  @Field(() => Int, { nullable: true, description: 'The port of the broker that it connected to.' })
  targetPort: number | null;

  /** The certificate id of the client, or `anonymous`. */
  readonly principal: string;
  readonly thingName: string | undefined;
}

/** A page of clients. */
export const ClientConnection = relayConnection(Client, {
  one: 'client',
  many: 'clients',
  order: 'in the order of their ids',
});

/** A page of clients. */
export type ClientConnection = Connection<Client>;

/** A topic filter that a client is subscribed to. */
@ObjectType({ description: 'A topic filter that a client is subscribed to.' })
export class ClientSubscription {
  @Field(() => String, { description: 'The filter; one of a shared subscription begins with $share/.' })
  topicFilter: string;

  @Field(() => Int, { description: 'The quality of service that was granted.' })
  qos: number;
}

/** A page of subscriptions. */
export const ClientSubscriptionConnection = relayConnection(ClientSubscription, {
  one: 'subscription',
  many: 'subscriptions',
  order: 'in the order of the filters',
});

/** A page of subscriptions. */
export type ClientSubscriptionConnection = Connection<ClientSubscription>;

/** What the broker knows of a client. */
export function toClient(known: BrokerConnectivity): Client {
  const { clientId, connected, connectedSince, sessionIdentifier, versionNumber, principal, thingName } = known;
  const { cleanSession, keepAliveDuration, sessionExpiry, sourceIp } = known;
  return {
    ...{ clientId, connected, connectedSince, sessionIdentifier, versionNumber, principal, thingName },
    ...{ cleanSession, keepAliveDuration, sessionExpiry, sourceIp },
    disconnectedSince: known.disconnectedSince ?? null,
    disconnectReason: known.disconnectReason ?? null,
    sourcePort: known.sourcePort ?? null,
    targetIp: known.targetIp ?? null,
    targetPort: known.targetPort ?? null,
  };
}
