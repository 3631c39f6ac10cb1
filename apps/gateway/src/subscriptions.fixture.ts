import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { GatewayAddress } from './gateway-address.js';
import { API_KEYS, type GatewayUnderTest } from './gateway.fixture.js';

/** What arrives for a subscription. */
export interface Received {
  readonly data?: Record<string, Record<string, unknown>> | null;
  readonly errors?: readonly { message: string; extensions?: Record<string, unknown> }[];
}

/** Subscribers of a gateway that listens. */
export class Subscribers {
  private readonly clients: Client[] = [];

  constructor(private readonly gateway: GatewayUnderTest) {}

  /** Subscribes over a connection of its own, as a viewer unless `params` say otherwise. */
  subscribe(
    query: string,
    params: Record<string, unknown> = { apiKey: API_KEYS.viewer },
  ): AsyncIterableIterator<Received> {
    const client = createClient({
      url: this.gateway.app.get(GatewayAddress).graphqlUrl.replace('http:', 'ws:'),
      webSocketImpl: WebSocket,
      connectionParams: params,
      retryAttempts: 0,
    });
    this.clients.push(client);
    return client.iterate({ query }) as AsyncIterableIterator<Received>;
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    for (const client of this.clients.splice(0)) await client.dispose();
  }
}
