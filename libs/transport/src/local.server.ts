import { HandlerServer } from './handler.server.js';
import type { LocalTransport } from './local-transport.js';

/** The strategy of a process that holds its services itself: handlers are reached by a direct call. */
export class LocalServer extends HandlerServer {
  readonly #transport: LocalTransport;

  constructor(transport: LocalTransport) {
    super();
    this.#transport = transport;
  }

  /** Attaches the handlers to the hub. */
  override listen(callback: (error?: unknown) => void): void {
    try {
      this.#transport.attach(this);
    } catch (error) {
      callback(error);
      return;
    }
    callback();
  }

  /** Finishes what is in flight and leaves the hub. */
  override close(): Promise<void> {
    return this.#transport.detach(this);
  }
}
