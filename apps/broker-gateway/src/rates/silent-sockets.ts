import { sourceNetwork } from '../authorization/source-network.js';

/** How many sockets may be open that have not said who they are. */
export interface SilenceLimits {
  readonly silentSocketsPerAddress: number;
  readonly silentSockets: number;
}

/**
 * Counts sockets that are through their handshake and have sent no CONNECT. Each costs memory until its time is up, and
 * opening them costs whoever attacks next to nothing. An IPv6 network counts as one address.
 */
export class SilentSockets {
  /** The source network of each, by what the socket is known by. */
  private readonly networks = new Map<object, string>();
  private readonly perNetwork = new Map<string, number>();

  constructor(private readonly limits: SilenceLimits) {}

  /** Whether one more of an address may be open in silence. */
  hasRoom(address: string): boolean {
    if (this.networks.size >= this.limits.silentSockets) return false;
    return (this.perNetwork.get(sourceNetwork(address)) ?? 0) < this.limits.silentSocketsPerAddress;
  }

  /** Counts a socket, known by an object of its own, until {@link end}; answers whether there was room for it. */
  begin(socket: object, address: string): boolean {
    if (!this.hasRoom(address)) return false;
    const network = sourceNetwork(address);
    this.networks.set(socket, network);
    this.perNetwork.set(network, (this.perNetwork.get(network) ?? 0) + 1);
    return true;
  }

  /** A socket has said CONNECT, or has closed; whichever comes second changes nothing. */
  end(socket: object): void {
    const network = this.networks.get(socket);
    if (network === undefined) return;
    this.networks.delete(socket);
    const others = (this.perNetwork.get(network) ?? 1) - 1;
    if (others === 0) this.perNetwork.delete(network);
    else this.perNetwork.set(network, others);
  }
}
