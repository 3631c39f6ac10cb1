import { Inject, Injectable } from '@nestjs/common';
import { Lifecycle, type Part } from '#thingcore/platform';
import { BROKER_CONFIG, type BrokerConfig } from '../../broker.config.js';
import { LiveConnections } from '../live-connections.js';
import { Reauthorizer } from '../reauthorizer.js';
import { accessKeySubject } from './access-key-subject.js';

/** Asks again for the access keys of live connections at intervals, since the news of a revocation may be lost. */
@Injectable()
export class AccessKeyWatch implements Part {
  readonly name = 'the watch over access keys';
  readonly stage = 'prepare';
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly live: LiveConnections,
    private readonly reauthorizer: Reauthorizer,
    @Inject(BROKER_CONFIG) private readonly config: BrokerConfig,
    lifecycle: Lifecycle,
  ) {
    lifecycle.add(this);
  }

  start(): Promise<void> {
    this.timer = setInterval(() => void this.look(), this.config.principalCheckMs);
    return Promise.resolve();
  }

  stop(): Promise<void> {
    clearInterval(this.timer);
    return Promise.resolve();
  }

  private async look(): Promise<void> {
    const keys = new Set<string>();
    for (const { accessKey } of this.live.all()) {
      if (accessKey !== undefined) keys.add(accessKeySubject(accessKey.accessKeyId));
    }
    if (keys.size > 0) await this.reauthorizer.follow([...keys]);
  }
}
