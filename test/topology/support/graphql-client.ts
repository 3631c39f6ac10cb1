import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { Inbox } from './inbox.js';

/** What a test gives an operation. */
export type Variables = Record<string, unknown>;

interface AnswerError {
  readonly message: string;
  readonly extensions?: { readonly code?: string; readonly details?: Readonly<Record<string, unknown>> };
}

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly AnswerError[];
}

/** An operation was answered with errors; `code` and `details` are those of the first. */
export class GraphqlRefusal extends Error {
  override readonly name = 'GraphqlRefusal';
  readonly code: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(
    readonly httpStatus: number,
    errors: readonly AnswerError[],
  ) {
    super(errors.map(({ message }) => message).join('; '));
    this.code = errors[0]?.extensions?.code;
    this.details = errors[0]?.extensions?.details;
  }
}

/** A GraphQL client as an application would use it: HTTP for what is asked once, graphql-transport-ws for what goes on. */
export class GraphqlClient {
  readonly #url: string;
  readonly #authorization: Record<string, string>;
  readonly #sockets: Client;

  /** Without a key it sends none. */
  constructor(url: string, apiKey: string | undefined) {
    this.#url = url;
    this.#authorization = apiKey === undefined ? {} : { Authorization: `Bearer ${apiKey}` };
    this.#sockets = createClient({
      url: url.replace(/^http/, 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: this.#authorization,
      retryAttempts: 0,
    });
  }

  /** Runs a query or mutation and answers its data; throws a {@link GraphqlRefusal} when the answer has errors. */
  async run<Data>(query: string, variables: Variables = {}): Promise<Data> {
    const response = await fetch(this.#url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...this.#authorization },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as Answer;
    if (errors !== undefined) throw new GraphqlRefusal(response.status, errors);
    return data as Data;
  }

  /** Subscribes. What arrives goes into the inbox; how the subscription ended, if it failed, is thrown by `ended`. */
  subscribe<Data>(query: string, variables: Variables = {}): { inbox: Inbox<Data>; ended: Promise<void> } {
    const inbox = new Inbox<Data>();
    const ended = new Promise<void>((resolve, reject) => {
      this.#sockets.subscribe<Data>(
        { query, variables },
        {
          next: ({ data, errors }) => {
            if (errors !== undefined) reject(new GraphqlRefusal(200, errors));
            else if (data !== null && data !== undefined) inbox.push(data);
          },
          error: (reason) => reject(asError(reason)),
          complete: () => resolve(),
        },
      );
    });
    // Whoever does not look at the end of a subscription notices by what does not arrive.
    ended.catch(() => undefined);
    return { inbox, ended };
  }

  async close(): Promise<void> {
    await this.#sockets.dispose();
  }
}

/** A closed socket comes as its close event, with the code of the protocol. */
function asError(reason: unknown): Error {
  if (reason instanceof Error) return reason;
  if (Array.isArray(reason)) return new GraphqlRefusal(200, reason as readonly AnswerError[]);
  const { code, reason: text } = reason as { code?: number; reason?: string };
  return new Error(`The socket was closed with ${String(code)} ${String(text)}`);
}
