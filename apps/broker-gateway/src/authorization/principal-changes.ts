import { Inject, Injectable } from '@nestjs/common';
import { listPrincipalChanges, type PrincipalChange } from '#thingcore/contracts';
import { reviveError } from '#thingcore/errors';
import { Lifecycle, Logger, type Part } from '#thingcore/platform';
import { RpcClient } from '#thingcore/transport';
import { BROKER_CONFIG, type BrokerConfig } from '../broker.config.js';
import { subjectOf } from './principal-subjects.js';
import { Reauthorizer } from './reauthorizer.js';

/** Changes remembered as known: what the broadcast brings and what is asked for are the same changes. */
const REMEMBERED = 20_000;

/** A change that depends on few connections has had its effect when whoever made it hears that it is done; others go on. */
const PATIENCE_MS = 200;

/**
 * Follows what changes in the registry: by its broadcast, which is quick, and by asking, which makes good what a
 * broadcast did not bring. A certificate that is revoked while Redis is away loses its connections all the same.
 */
@Injectable()
export class PrincipalChanges implements Part {
  readonly name = 'the follower of principal changes';
  readonly stage = 'prepare';
  private readonly known = new Set<number>();
  private cursor: string | undefined;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private isFailing = false;

  constructor(
    private readonly rpc: RpcClient,
    private readonly reauthorizer: Reauthorizer,
    private readonly logger: Logger,
    @Inject(BROKER_CONFIG) private readonly config: BrokerConfig,
    lifecycle: Lifecycle,
  ) {
    lifecycle.add(this);
  }

  start(): Promise<void> {
    this.look();
    this.timer = setInterval(() => {
      this.reauthorizer.endExpired();
      this.look();
    }, this.config.principalCheckMs);
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.reauthorizer.stop();
    await this.looking;
  }

  /** Takes what the broadcast brings; resolves when it has had its effect, or when that takes long. */
  async hear(changes: readonly PrincipalChange[]): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, PATIENCE_MS)));
    await Promise.race([this.apply(changes), patience]);
    clearTimeout(timer);
  }

  private look(): void {
    this.looking ??= this.ask().finally(() => (this.looking = undefined));
  }

  private async ask(): Promise<void> {
    try {
      await this.askNow();
      if (this.isFailing) this.logger.info('the registry tells of changes again');
      this.isFailing = false;
    } catch (error) {
      const { code, message } = reviveError(error);
      if (!this.isFailing) this.logger.warn('the registry cannot be asked what changed', { code, reason: message });
      this.isFailing = true;
    }
  }

  private async askNow(): Promise<void> {
    const { cursor } = this;
    const answer = await this.rpc.call(listPrincipalChanges, cursor === undefined ? {} : { cursor });
    this.cursor = answer.cursor;
    if (cursor === undefined || !answer.isComplete) {
      // Nobody can say what happened before: not before the first answer, and not before the oldest change still known.
      // The numbers may have begun anew, with a database that was restored: a known one would hide a change.
      this.known.clear();
      void this.reauthorizer.followEverything();
    }
    void this.apply(answer.changes);
  }

  private apply(changes: readonly PrincipalChange[]): Promise<void> {
    const unknown = changes.filter(({ sequence }) => !this.known.has(sequence));
    for (const { sequence } of unknown) this.known.add(sequence);
    for (const sequence of this.known) {
      if (this.known.size <= REMEMBERED) break;
      this.known.delete(sequence);
    }
    return unknown.length === 0 ? Promise.resolve() : this.reauthorizer.follow(unknown.map(subjectOf));
  }
}
