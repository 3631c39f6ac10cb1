import type { Connection, DisconnectReason } from '../connection.js';

interface ClientState {
  readonly connection: Connection;
  reason?: DisconnectReason;
}

/** What is known of the clients that were let in. */
export class ClientStates {
  private readonly states = new WeakMap<object, ClientState>();

  /** A client is let in. */
  add(client: object, connection: Connection): void {
    this.states.set(client, { connection });
  }

  /** The connection of a client; `undefined` before it was let in. */
  readonly connectionOf = (client: object): Connection | undefined => this.states.get(client)?.connection;

  /** Notes why a connection ends. The first reason is the true one; what follows from it is not. */
  note(client: object, reason: DisconnectReason): void {
    const state = this.states.get(client);
    if (state !== undefined) state.reason ??= reason;
  }

  /** Why the connection of a client ends, as far as it was noted. */
  reasonOf(client: object): DisconnectReason | undefined {
    return this.states.get(client)?.reason;
  }
}
