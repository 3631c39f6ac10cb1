import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '#thingcore/platform';
import type { Caller } from '../access/caller.js';
import { throttled, tooCostly } from '../errors/public-error.js';
import { GATEWAY_CONFIG, type GatewayConfig } from '../gateway.config.js';
import { TokenBuckets } from './token-buckets.js';

/** How many callers are remembered. */
const CALLERS = 10_000;

/** A caller may be still for so many seconds and have all of that at once. */
const BURST_SECONDS = 2;

/** How much one API key, one access key or one subject of tokens may ask of this process. */
@Injectable()
export class CallerLimits {
  private readonly requests: TokenBuckets;
  private readonly cost: TokenBuckets;

  constructor(
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
    private readonly clock: Clock,
  ) {
    const { requestsPerSecond, costPerSecond, maxCost } = config;
    const requests = { perSecond: requestsPerSecond, burst: BURST_SECONDS * requestsPerSecond };
    this.requests = new TokenBuckets(requests, CALLERS);
    // Whatever is allowed at all must be possible once.
    this.cost = new TokenBuckets(
      { perSecond: costPerSecond, burst: Math.max(BURST_SECONDS * costPerSecond, maxCost) },
      CALLERS,
    );
  }

  /** The highest cost of an operation. */
  get maxCost(): number {
    return this.config.maxCost;
  }

  /** A request has come. Throws `Throttling` that says when to come again. */
  admitRequest(caller: Caller): void {
    const waitMs = this.requests.take(keyOf(caller), 1, this.clock.now());
    if (waitMs > 0) throw throttled(`requests (${this.config.requestsPerSecond} a second)`, waitMs);
  }

  /** An operation is about to run. Throws `OPERATION_TOO_COSTLY`, or `Throttling` that says when to come again. */
  admitCost(caller: Caller, cost: number): void {
    const { maxCost, costPerSecond } = this.config;
    if (cost > maxCost) throw tooCostly(cost, maxCost);
    const waitMs = this.cost.take(keyOf(caller), cost, this.clock.now());
    if (waitMs > 0) throw throttled(`operations (their cost is above ${costPerSecond} a second)`, waitMs);
  }
}

/** A token may be about somebody whose name a key has, and access keys may share a name. */
function keyOf({ credential, name, accessKeyId }: Caller): string {
  return `${credential} ${accessKeyId ?? name}`;
}
