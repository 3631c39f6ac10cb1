import type { Aedes, Client, Subscription } from 'aedes';
import type { Connection } from '../connection.js';
import { revealed } from '../lane/engine/shared-filter.js';
import type { BrokerHooks } from './broker-hooks.js';

/** [MQTT-3.9.3] The least code of a SUBACK that grants nothing. */
const FIRST_FAILURE = 0x80;

/** Has the gateway told what clients subscribe to and give up. */
export function tellSubscriptions(
  aedes: Aedes,
  connectionOf: (client: Client) => Connection | undefined,
  hooks: () => BrokerHooks<unknown>,
): void {
  aedes.on('subscribe', (subscriptions: readonly Subscription[], client) => {
    const connection = connectionOf(client);
    const granted = subscriptions.filter(({ qos }) => (qos as number) < FIRST_FAILURE);
    if (connection === undefined || granted.length === 0) return;
    hooks().subscribed(
      connection,
      granted.map(({ topic }) => revealed(topic)),
    );
  });
  aedes.on('unsubscribe', (filters: readonly string[], client) => {
    const connection = connectionOf(client);
    // aedes says it of connections that close, too.
    if (connection !== undefined && !client.closed) hooks().unsubscribed(connection, filters.map(revealed));
  });
}
