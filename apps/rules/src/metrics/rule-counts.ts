import { Injectable } from '@nestjs/common';
import { Lifecycle, Logger, type Part } from '#thingcore/platform';
import { type RuleCount, RuleCountStore } from './rule-count.store.js';
import { RulesMetrics } from './rules-metrics.js';

const FLUSH_MS = 2_000;

/** What all processes together have counted for each rule, over restarts: each adds what it counted every few seconds. */
@Injectable()
export class RuleCounts implements Part {
  readonly name = 'rule counts';
  readonly stage = 'prepare';
  private timer: NodeJS.Timeout | undefined;
  private flushing: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: RuleCountStore,
    private readonly metrics: RulesMetrics,
    private readonly logger: Logger,
    lifecycle: Lifecycle,
  ) {
    lifecycle.add(this);
  }

  start(): Promise<void> {
    this.timer = setInterval(() => void this.flush(), FLUSH_MS);
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  /** Everything counted for some rules, with what this process counted just now. */
  async read(ruleNames: readonly string[]): Promise<Map<string, RuleCount[]>> {
    await this.flush();
    return this.store.find(ruleNames);
  }

  /** Forgets a rule that was deleted: one of its name that is created later begins at zero. */
  async forget(ruleName: string): Promise<void> {
    await this.flush();
    await this.store.delete(ruleName);
  }

  private flush(): Promise<void> {
    this.flushing = this.flushing.then(async () => {
      const raised = this.metrics.takeRaised();
      if (raised.length === 0) return;
      try {
        await this.store.add(raised);
      } catch (error) {
        this.metrics.giveBack(raised);
        this.logger.warn('what rules counted could not be stored; trying again', { error: String(error) });
      }
    });
    return this.flushing;
  }
}
