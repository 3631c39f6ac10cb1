import { Injectable } from '@nestjs/common';
import { Clock } from '#thingcore/platform';
import { DestinationStore } from './destination.store.js';

/** The broadcast of a change is best effort: after this time it is looked up anyway. */
const FRESH_MS = 10_000;
/** A URL that is not enabled may have become so just now; not more often than this is that looked up. */
const SECOND_LOOK_MS = 500;

/** Which URLs HTTP actions may deliver to, known in this process. */
@Injectable()
export class EnabledDestinations {
  private urls: ReadonlySet<string> = new Set();
  private loadedAt = -Infinity;
  private loading: Promise<void> | undefined;

  constructor(
    private readonly store: DestinationStore,
    private readonly clock: Clock,
  ) {}

  /** Whether the destination with this confirmation URL is enabled. */
  async has(confirmationUrl: string): Promise<boolean> {
    if (this.age() > FRESH_MS) await this.load();
    if (this.urls.has(confirmationUrl)) return true;
    if (this.age() > SECOND_LOOK_MS) await this.load();
    return this.urls.has(confirmationUrl);
  }

  /** Looks again at the next question. */
  forget(): void {
    this.loadedAt = -Infinity;
  }

  private age(): number {
    return this.clock.now() - this.loadedAt;
  }

  private async load(): Promise<void> {
    this.loading ??= this.loadOnce().finally(() => (this.loading = undefined));
    await this.loading;
  }

  private async loadOnce(): Promise<void> {
    // Of before the question, so that a change during it is not missed.
    const at = this.clock.now();
    this.urls = new Set(await this.store.enabledUrls());
    this.loadedAt = at;
  }
}
