import { sourceNetwork } from '../authorization/source-network.js';
import { KeyedRate } from './keyed-rate.js';

/** Addresses remembered. */
const ADDRESSES = 10_000;

/** How many sockets are let in before TLS has begun. */
export interface SocketLimits {
  readonly socketsPerSecondPerAddress: number;
  readonly handshakesPerAddress: number;
  readonly handshakes: number;
}

/**
 * Stands before the listeners: a TLS handshake costs a thousand times what a refused socket does, so what is too much is
 * refused before it begins. An IPv6 network counts as one address, whoever has one of it has them all.
 */
export class SocketGate {
  private readonly rate: KeyedRate;
  /** Handshakes under way, by source network. */
  private readonly underWay = new Map<string, number>();
  private total = 0;

  constructor(private readonly limits: SocketLimits) {
    const perSecond = limits.socketsPerSecondPerAddress;
    this.rate = new KeyedRate({ burst: perSecond, perSecond }, ADDRESSES);
  }

  /** Handshakes under way. */
  get handshakes(): number {
    return this.total;
  }

  /** Whether a socket of an address may begin its handshake at a time in milliseconds; then {@link settle} must follow. */
  admit(address: string, now: number): boolean {
    const network = sourceNetwork(address);
    const underWay = this.underWay.get(network) ?? 0;
    if (this.total >= this.limits.handshakes || underWay >= this.limits.handshakesPerAddress) return false;
    if (!this.rate.take(network, now)) return false;
    this.underWay.set(network, underWay + 1);
    this.total++;
    return true;
  }

  /** A handshake that was admitted is over, well or not. */
  settle(address: string): void {
    const network = sourceNetwork(address);
    const underWay = this.underWay.get(network);
    if (underWay === undefined) return;
    if (underWay === 1) this.underWay.delete(network);
    else this.underWay.set(network, underWay - 1);
    this.total--;
  }
}
