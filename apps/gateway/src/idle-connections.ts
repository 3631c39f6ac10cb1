import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/** How often a server that closes looks for clients that have had their answer. */
const SWEEP_MS = 50;

/**
 * Connections that a server which is closing would wait for in vain: those that have not asked for anything yet, since
 * browsers open some in advance, for up to a minute; and those that were being answered when the close began and are kept by
 * their clients, for as long as the server has offered.
 */
export class IdleConnections {
  readonly #silent = new Set<Socket>();
  #isOver = false;

  constructor(private readonly server: Server) {
    server.on('connection', (socket) => {
      if (this.#isOver) {
        socket.destroy();
        return;
      }
      this.#silent.add(socket);
      socket.once('close', () => this.#silent.delete(socket));
    });
    const hear = ({ socket }: IncomingMessage) => this.#silent.delete(socket);
    server.on('request', hear);
    server.on('upgrade', hear);
  }

  /** Closes those that there are, and those that still come, until the server has closed. */
  close(): void {
    this.#isOver = true;
    for (const socket of this.#silent) socket.destroy();
    const sweep = setInterval(() => this.server.closeIdleConnections(), SWEEP_MS);
    this.server.once('close', () => clearInterval(sweep));
  }
}
