import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '#thingcore/platform';
import type { Signature } from '#thingcore/sigv4';
import { BROKER_CONFIG, type BrokerConfig } from '../../broker.config.js';
import { AccessKeys, type DerivedKey } from './access-keys.js';

/** Keys that are remembered; a fleet of applications has a handful, each good for a day, a region and a service. */
const KEYS = 1_000;

interface Known {
  readonly accessKeyId: string;
  readonly key: DerivedKey;
  readonly until: number;
}

/**
 * Remembers what the registry says of access keys that sign requests, which may come by the hundred. A revocation is heard
 * of at once; one that was not heard counts as soon as a live connection would go unchecked.
 */
@Injectable()
export class RecentAccessKeys {
  private readonly known = new Map<string, Known>();
  private revocations = 0;

  constructor(
    private readonly keys: AccessKeys,
    private readonly clock: Clock,
    @Inject(BROKER_CONFIG) private readonly config: BrokerConfig,
  ) {}

  /** The key of a signature; `undefined` when there is no valid one of its id. Rejects when the registry does not answer. */
  async find({ accessKeyId, day, region, service }: Signature): Promise<DerivedKey | undefined> {
    const scope = JSON.stringify([accessKeyId, day, region, service]);
    const key = this.recall(scope) ?? (await this.ask(scope, accessKeyId, { day, region, service }));
    return key === undefined || (key.expiresAt ?? Infinity) <= this.clock.now() ? undefined : key;
  }

  /** An access key was revoked, which is for good. */
  forget(accessKeyId: string): void {
    this.revocations += 1;
    for (const [scope, one] of this.known) {
      if (one.accessKeyId === accessKeyId) this.known.delete(scope);
    }
  }

  private recall(scope: string): DerivedKey | undefined {
    const known = this.known.get(scope);
    return known !== undefined && this.clock.now() < known.until ? known.key : undefined;
  }

  private async ask(
    scope: string,
    accessKeyId: string,
    what: Pick<Signature, 'day' | 'region' | 'service'>,
  ): Promise<DerivedKey | undefined> {
    const { revocations } = this;
    const until = this.clock.now() + this.config.principalCheckMs;
    const key = await this.keys.derive(accessKeyId, what);
    // What was revoked meanwhile must not be remembered as valid.
    if (key === undefined || revocations !== this.revocations) return key;
    this.known.delete(scope);
    this.known.set(scope, { accessKeyId, key, until });
    const [oldest] = this.known.keys();
    if (this.known.size > KEYS && oldest !== undefined) this.known.delete(oldest);
    return key;
  }
}
