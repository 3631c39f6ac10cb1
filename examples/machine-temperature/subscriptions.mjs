import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { DemoError } from './demo-error.mjs';
import { refusedKey } from './graphql.mjs';

/** @typedef {import('./instance.mjs').Instance} Instance */

/** The close code of graphql-transport-ws for credentials that are not accepted. */
const FORBIDDEN = 4403;

const SUBSCRIPTION = 'subscription ($topicFilter: String!) { messages(topicFilter: $topicFilter) { topic payload } }';

/** Watches messages as any application can: GraphQL subscriptions over one WebSocket (graphql-transport-ws). */
export class Subscriptions {
  /** @param {Instance} instance */
  constructor(instance) {
    this.instance = instance;
    /** @type {DemoError | undefined} */
    this.failure = undefined;
    this.client = createClient({
      url: instance.graphqlUrl.replace(/^http/, 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: { Authorization: `Bearer ${instance.apiKey}` },
      retryAttempts: 0,
    });
  }

  /**
   * Calls back for each message of a topic filter, with its payload as JSON.
   *
   * @param {string} topicFilter
   * @param {(payload: any) => void} onMessage
   */
  watch(topicFilter, onMessage) {
    const fail = (/** @type {any} */ reason) => (this.failure ??= this.brokenOff(reason));
    this.client.subscribe(
      { query: SUBSCRIPTION, variables: { topicFilter } },
      {
        next: ({ data, errors }) => (errors === undefined ? onMessage(data.messages.payload) : fail(errors)),
        error: fail,
        complete: () => undefined,
      },
    );
  }

  /** Ends all of them; throws when one had broken off, so that nobody counts on what it missed. */
  async close() {
    await this.client.dispose();
    if (this.failure !== undefined) throw this.failure;
  }

  /** @private */
  brokenOff(/** @type {any} */ reason) {
    if (reason?.code === FORBIDDEN) return refusedKey(this.instance);
    const [first] = [reason].flat();
    return new DemoError(
      `A GraphQL subscription broke off: ${first?.message || first?.reason || first?.code || first}`,
    );
  }
}
