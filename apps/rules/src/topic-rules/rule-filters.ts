import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { replaceRuleFilters } from '#thingcore/contracts';
import { reviveError } from '#thingcore/errors';
import { Lifecycle, Logger, type Part } from '#thingcore/platform';
import { RpcClient } from '#thingcore/transport';
import { RuleSet } from './rule-set.js';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/** Keeps the broker told which topic filters rules listen to, also when it comes up later than rules. */
@Injectable()
export class RuleFilters implements Part {
  readonly name = 'rule filters';
  readonly stage = 'prepare';
  private readonly stopping = new AbortController();
  private pushedRevision = -1;
  private pushing: Promise<void> = Promise.resolve();
  private retrying: Promise<void> | undefined;

  constructor(
    private readonly rules: RuleSet,
    private readonly rpc: RpcClient,
    private readonly logger: Logger,
    lifecycle: Lifecycle,
  ) {
    lifecycle.add(this);
  }

  async start(): Promise<void> {
    await this.rules.refresh();
    await this.push();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.retrying;
  }

  /**
   * Tells the broker the filters in force, unless it knows this revision already. Resolves when it was told or could not
   * be reached; then it is told as soon as it can be.
   */
  async push(): Promise<void> {
    if (!(await this.tryPush())) this.retrying ??= this.retry().finally(() => (this.retrying = undefined));
  }

  /** Tells the broker again: a node of it came up and may know nothing. */
  async pushAgain(): Promise<void> {
    // In turn: a push that is on its way was perhaps answered by another node.
    this.pushing = this.pushing.then(() => {
      this.pushedRevision = -1;
    });
    await this.push();
  }

  /** One after the other, so that each sends what is in force at its turn. */
  private async tryPush(): Promise<boolean> {
    const push = this.pushing.then(async () => {
      const { revision, filters } = this.rules;
      if (this.pushedRevision >= revision) return;
      await this.rpc.call(replaceRuleFilters, { revision, filters });
      this.pushedRevision = revision;
      this.logger.debug('the broker knows the filters of the rules', { revision, filters: filters.length });
    });
    this.pushing = push.catch(() => undefined);
    try {
      await push;
      return true;
    } catch (thrown) {
      const { code, message } = reviveError(thrown);
      this.logger.warn('the broker does not know the filters of the rules yet; trying again', { code, error: message });
      return false;
    }
  }

  private async retry(): Promise<void> {
    const { signal } = this.stopping;
    for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted || (await this.tryPush())) return;
    }
  }
}
