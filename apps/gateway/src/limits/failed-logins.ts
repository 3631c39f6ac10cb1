import { isIPv6 } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '#thingcore/platform';
import { GATEWAY_CONFIG, type GatewayConfig } from '../gateway.config.js';
import { TokenBuckets } from './token-buckets.js';

/** How many addresses are remembered. */
const ADDRESSES = 10_000;

const MINUTE_S = 60;

/** Slows down whoever guesses keys: an address may fail so often a minute. */
@Injectable()
export class FailedLogins {
  private readonly attempts: TokenBuckets;

  constructor(
    @Inject(GATEWAY_CONFIG) { failedLoginsPerMinute }: GatewayConfig,
    private readonly clock: Clock,
  ) {
    const limit = { perSecond: failedLoginsPerMinute / MINUTE_S, burst: failedLoginsPerMinute };
    this.attempts = new TokenBuckets(limit, ADDRESSES);
  }

  /** How many milliseconds an address has to wait, from which too many have failed; 0 when it need not. */
  waitMs(address: string): number {
    return this.attempts.wait(networkOf(address), this.clock.now());
  }

  /** One has failed. */
  failed(address: string): void {
    this.attempts.take(networkOf(address), 1, this.clock.now());
  }
}

/** Whoever has one IPv6 address has all of its /64 network. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const { hostname } = new URL(`http://[${address.replace(/%.*/, '')}]`);
  const [head = '', tail] = hostname.slice(1, -1).split('::');
  const groups = head.split(':').filter((group) => group !== '');
  if (tail === undefined) return groups.slice(0, 4).join(':');
  const last = tail.split(':').filter((group) => group !== '');
  const zeros = Array<string>(8 - groups.length - last.length).fill('0');
  return [...groups, ...zeros, ...last].slice(0, 4).join(':');
}
