import { GraphqlRefusal, type Variables } from '../graphql-client.js';

/** Longer than any deadline inside the product: who waits longer hangs. */
const PATIENCE_MS = 15_000;

/** A GraphQL client in front of several gateways: it goes to another one when a connection fails. */
export class BalancedGraphql {
  #turn = 0;

  constructor(
    private readonly urls: readonly string[],
    private readonly apiKey: string,
  ) {}

  /** One attempt. Throws a `GraphqlRefusal`, what `fetch` throws, or a `TimeoutError` after 15 s. */
  async run<Data>(query: string, variables: Variables = {}): Promise<Data> {
    const url = this.urls[this.#turn % this.urls.length] ?? '';
    try {
      return await ask<Data>(url, this.apiKey, query, variables);
    } catch (error) {
      if (!(error instanceof GraphqlRefusal)) this.#turn++;
      throw error;
    }
  }
}

/** Sends an operation to one gateway. */
export async function ask<Data>(url: string, apiKey: string, query: string, variables: Variables): Promise<Data> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${apiKey}` },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const answer = (await response.json()) as { data?: Data; errors?: ConstructorParameters<typeof GraphqlRefusal>[1] };
  if (answer.errors !== undefined || !response.ok) throw new GraphqlRefusal(response.status, answer.errors ?? []);
  return answer.data as Data;
}
