import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Inbox } from '../inbox.js';
import type { Json } from '../application.js';
import { type Device, type DeviceIdentity, type ReceivedMessage, toText } from './device.js';

const PROGRAM = join(dirname(fileURLToPath(import.meta.url)), 'aws-sdk-client.mjs');

/** The two MQTT clients of aws-iot-device-sdk-v2. */
export type AwsTransport = 'mqtt311' | 'mqtt5';

/** A request of the shadow service client. */
export type ShadowMethod =
  'getShadow' | 'updateShadow' | 'deleteShadow' | 'getNamedShadow' | 'updateNamedShadow' | 'deleteNamedShadow';

/** A stream of the shadow service client. */
export type ShadowStream = 'delta' | 'documents' | 'namedDelta';

/** A request of the identity service client, with which devices are provisioned. */
export type IdentityMethod = 'createKeysAndCertificate' | 'createCertificateFromCsr' | 'registerThing';

/** A device that also has the shadow and the identity service clients of the SDK. */
export interface AwsSdkDevice extends Device {
  /** Resolves with the answer; rejects with a {@link AwsSdkError} that holds the refusal of the service. */
  shadow(method: ShadowMethod, request: Json): Promise<unknown>;
  /** The same with the identity service client. */
  provision(method: IdentityMethod, request: Json): Promise<unknown>;
  /** Subscribes to a stream of the shadow service client; resolves when it is established. */
  stream(kind: ShadowStream, request: Json): Promise<Inbox<unknown>>;
}

/** An operation of the SDK failed. */
export class AwsSdkError extends Error {
  override readonly name = 'AwsSdkError';
  /** What the service said, when it was asked. */
  readonly modeledError: { readonly code?: number; readonly errorCode?: string } | undefined;
  /** The reason code of a refused MQTT 5 connection. */
  readonly reasonCode: number | undefined;

  constructor({ message, modeledError, reasonCode }: Failure) {
    super(message);
    this.modeledError = modeledError;
    this.reasonCode = reasonCode;
  }
}

type Failure = Pick<AwsSdkError, 'message' | 'modeledError' | 'reasonCode'>;

type FromClient =
  | { readonly id: number; readonly result?: unknown; readonly error?: Failure }
  | { readonly event: string; readonly data: unknown };

/** Connects a client of aws-iot-device-sdk-v2 over mutual TLS, in a process of its own. */
export async function connectAwsSdk(transport: AwsTransport, identity: DeviceIdentity): Promise<AwsSdkDevice> {
  const client = new AwsSdkClient();
  try {
    await client.call('connect', { transport, identity });
  } catch (error) {
    await client.end();
    throw error;
  }
  let goodbye: Promise<void> | undefined;
  return {
    inbox: client.inboxOf('message') as Inbox<ReceivedMessage>,
    publish: async (topic, payload) => {
      await client.call('publish', { topic, payload: toText(payload) });
    },
    subscribe: async (topicFilter) => {
      await client.call('subscribe', { topicFilter });
    },
    shadow: (method, request) => client.call('shadow', { method, request }),
    provision: (method, request) => client.call('provision', { method, request }),
    stream: async (kind, request) => {
      await client.call('stream', { kind, request });
      return client.inboxOf(kind);
    },
    disconnect: () => (goodbye ??= client.call('disconnect', {}).then(() => client.end())),
  };
}

/** The process that runs the SDK. */
class AwsSdkClient {
  readonly #child: ChildProcess = fork(PROGRAM, { execArgv: [] });
  readonly #pending = new Map<number, (answer: { result?: unknown; error?: Failure }) => void>();
  readonly #inboxes = new Map<string, Inbox<unknown>>();
  #calls = 0;

  constructor() {
    this.#child.on('message', (message) => this.#take(message as FromClient));
    this.#child.once('exit', (code, signal) => {
      const error = { message: `The process of the SDK ended with ${code ?? signal}` } as Failure;
      for (const answer of this.#pending.values()) answer({ error });
    });
  }

  call(operation: string, input: Json): Promise<unknown> {
    const id = ++this.#calls;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, ({ result, error }) => {
        this.#pending.delete(id);
        if (error === undefined) resolve(result);
        else reject(new AwsSdkError(error));
      });
      this.#child.send({ id, operation, input });
    });
  }

  inboxOf(event: string): Inbox<unknown> {
    const inbox = this.#inboxes.get(event) ?? new Inbox<unknown>();
    this.#inboxes.set(event, inbox);
    return inbox;
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.disconnect();
    await exit;
  }

  #take(message: FromClient): void {
    if ('event' in message) this.inboxOf(message.event).push(message.data ?? null);
    else this.#pending.get(message.id)?.(message);
  }
}
