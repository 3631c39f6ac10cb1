import type { Server, Socket } from 'node:net';
import { plainAddress } from './plain-address.js';

/** What decides about new sockets. */
export interface SocketRates {
  /** Whether a socket of an address may begin its handshake. */
  admitSocket(address: string): boolean;
  /** The handshake of a socket that was admitted is over. */
  socketSettled(address: string): void;
}

/** The far end of a connection: the same for a socket and for the TLS socket around it. */
type FarEnd = Pick<Socket, 'remoteAddress' | 'remotePort'>;

/** Refuses sockets before a server does anything with them, so that a flood costs no handshakes. */
export class SocketGuard {
  /** Sockets whose handshake is under way, by their far end. */
  private readonly underWay = new Map<string, { readonly socket: Socket; readonly address: string }>();

  /** @param server one that does not listen yet, with everything it does with a new socket in place */
  constructor(
    server: Server,
    private readonly rates: SocketRates,
  ) {
    inFrontOf<Socket>(server, 'connection', (socket, goOn) => {
      const address = plainAddress(socket.remoteAddress);
      if (!rates.admitSocket(address)) {
        socket.destroy();
        return;
      }
      const key = keyOf(socket);
      this.underWay.set(key, { socket, address });
      socket.once('close', () => this.settle(key));
      goOn();
    });
  }

  /** The handshake of a socket has succeeded. One that fails closes its socket, which counts as well. */
  settled(socket: FarEnd): void {
    this.settle(keyOf(socket));
  }

  /** Closes the sockets whose handshake is under way. */
  abandon(): void {
    for (const { socket } of this.underWay.values()) socket.destroy();
  }

  private settle(key: string): void {
    const entry = this.underWay.get(key);
    if (entry === undefined) return;
    this.underWay.delete(key);
    this.rates.socketSettled(entry.address);
  }
}

/**
 * Puts a decision in front of what a server does when an event brings a socket. Node has no other place for it: its own
 * servers take every socket they are given.
 */
export function inFrontOf<S extends Socket>(
  server: Server,
  event: 'connection' | 'secureConnection',
  decide: (socket: S, goOn: () => void) => void,
): void {
  const handlers = server.listeners(event);
  server.removeAllListeners(event);
  server.on(event, (socket: S) => {
    decide(socket, () => {
      for (const handler of handlers) handler.call(server, socket);
    });
  });
}

function keyOf({ remoteAddress, remotePort }: FarEnd): string {
  return `${remoteAddress} ${remotePort}`;
}
