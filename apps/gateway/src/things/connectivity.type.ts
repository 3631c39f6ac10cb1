import { Field, ObjectType } from '@nestjs/graphql';
import type { Connectivity as BrokerConnectivity } from '#thingcore/contracts';
import { Client, toClient } from '../clients/client.type.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';

/** Whether a thing's device is connected. */
@ObjectType({
  description:
    "The connection of a thing's device: of the MQTT client that connects as the thing by its certificate, or whose id is the name of the thing.",
})
export class Connectivity {
  @Field(() => Boolean, { description: 'Whether it is connected now.' })
  connected: boolean;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it last connected or disconnected; null when it has never been seen.',
  })
  timestamp: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'Why the last connection ended, as in CLIENT_INITIATED_DISCONNECT; null while it is connected.',
  })
  disconnectReason: string | null;

  @Field(() => Client, { nullable: true, description: 'The client; null when it has never been seen.' })
  client: Client | null;
}

/** What the broker knows of a client; nothing when it has never been seen. */
export function toConnectivity(known: BrokerConnectivity | undefined): Connectivity {
  return {
    connected: known?.connected ?? false,
    timestamp: known?.timestamp ?? null,
    disconnectReason: known?.disconnectReason ?? null,
    client: known === undefined ? null : toClient(known),
  };
}
