import type { Application } from '../application.js';

/** A client as an operator sees it. */
export interface SeenClient {
  readonly clientId: string;
  readonly connected: boolean;
  readonly disconnectReason: string | null;
  readonly sourceIp: string;
  readonly keepAliveDuration: number;
  readonly versionNumber: number;
  readonly thing: { readonly name: string } | null;
  readonly subscriptions: { readonly edges: { readonly node: { topicFilter: string; qos: number } }[] } | null;
}

const CLIENT = `clientId connected disconnectReason sourceIp keepAliveDuration versionNumber thing { name }
  subscriptions { edges { node { topicFilter qos } } }`;

/** What an operator sees of clients, and does with them. */
export class OperatorView {
  constructor(private readonly application: Application) {}

  async client(clientId: string): Promise<SeenClient | null> {
    const { client } = await this.application.graphql.run<{ client: SeenClient | null }>(
      `query ($clientId: String!) { client(clientId: $clientId) { ${CLIENT} } }`,
      { clientId },
    );
    return client;
  }

  /** The ids of those that are connected. */
  async connected(): Promise<string[]> {
    const { clients } = await this.application.graphql.run<{ clients: { edges: { node: { clientId: string } }[] } }>(
      '{ clients(first: 250) { edges { node { clientId } } } }',
      {},
    );
    return clients.edges.map(({ node }) => node.clientId);
  }

  async disconnect(clientId: string): Promise<void> {
    await this.application.graphql.run(
      'mutation ($clientId: String!) { disconnectClient(input: { clientId: $clientId }) { clientId } }',
      { clientId },
    );
  }

  /** Sends a message to one client, and waits until it has it. */
  async send(clientId: string, topic: string, payload: unknown): Promise<void> {
    await this.application.graphql.run(
      `mutation ($clientId: String!, $topic: String!, $payload: JSON) {
        sendDirectMessage(input: { clientId: $clientId, topic: $topic, payload: $payload, confirmation: true }) {
          messageId
        }
      }`,
      { clientId, topic, payload },
    );
  }
}
