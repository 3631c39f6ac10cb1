import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Connections that have not asked for anything yet. Browsers and other clients open some in advance; a server that is closing
 * waits for each of them up to a minute, as if a request were in flight.
 */
export class SilentConnections {
  readonly #sockets = new Set<Socket>();
  #isOver = false;

  constructor(server: Server) {
    server.on('connection', (socket) => {
      if (this.#isOver) {
        socket.destroy();
        return;
      }
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    const hear = ({ socket }: IncomingMessage) => this.#sockets.delete(socket);
    server.on('request', hear);
    server.on('upgrade', hear);
  }

  /** Closes those that there are, and those that still come. */
  close(): void {
    this.#isOver = true;
    for (const socket of this.#sockets) socket.destroy();
  }
}
