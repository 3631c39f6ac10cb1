import { Inject, Injectable } from '@nestjs/common';
import { Lifecycle, Logger, type Part } from '#thingcore/platform';
import { RULES_CONFIG, type RulesConfig } from '../rules.config.js';
import { RuleFilters } from '../topic-rules/rule-filters.js';
import { RuleSet } from '../topic-rules/rule-set.js';
import { Deliveries } from './deliveries.js';
import { InboxStore, type StoredEntry } from './inbox.store.js';
import { RuleEvaluator } from './rule-evaluator.js';

const CLAIMS_PER_STATEMENT = 256;
/** Several signs of life in a lease, so that one that fails does not end it. */
const TICKS_PER_LEASE = 3;
/** A stop of the whole process should take less than five seconds. */
const LONGEST_DRAIN_MS = 3_000;

/**
 * Holds the lease of this process and works off what waits in the inbox: what was left by processes that died, and what
 * came while its rule was too busy.
 */
@Injectable()
export class InboxWorker implements Part {
  readonly name = 'rules inbox';
  readonly stage = 'prepare';
  private timer: NodeJS.Timeout | undefined;
  private ticking: Promise<void> = Promise.resolve();
  private claiming: Promise<void> | undefined;
  private isClaimWanted = false;

  constructor(
    @Inject(RULES_CONFIG) private readonly config: RulesConfig,
    private readonly inbox: InboxStore,
    private readonly deliveries: Deliveries,
    private readonly evaluator: RuleEvaluator,
    private readonly rules: RuleSet,
    private readonly filters: RuleFilters,
    private readonly logger: Logger,
    lifecycle: Lifecycle,
  ) {
    lifecycle.add(this);
  }

  /** Claims begin after the lease: without one they would be anybody's. */
  async start(): Promise<void> {
    await this.inbox.holdLease(this.config.leaseMs);
    await this.rules.refresh();
    this.deliveries.open(() => this.claimSoon());
    this.tick();
    this.timer = setInterval(() => this.tick(), this.config.leaseMs / TICKS_PER_LEASE);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.deliveries.close(LONGEST_DRAIN_MS);
    await this.ticking;
    await this.claiming;
    await this.inbox.releaseOwn();
  }

  /** One after the other; a failure is for the next tick to repair. */
  private tick(): void {
    this.ticking = this.ticking.then(async () => {
      try {
        await this.inbox.holdLease(this.config.leaseMs);
        const released = await this.inbox.releaseLost();
        if (released > 0) this.logger.warn('messages of a process that ended are worked off again', { released });
        // The broadcast that rules changed is best effort.
        if (await this.rules.refresh()) await this.filters.push();
      } catch (error) {
        this.logger.warn('the inbox of rules could not be looked after; trying again', { error: String(error) });
      }
      this.claimSoon();
    });
  }

  /**
   * Works off the inbox as far as there is room. While that is under way it is noted, since the room may be that of a
   * rule which was too busy when the claim began: without another look its entries would wait for the next tick.
   */
  private claimSoon(): void {
    if (!this.deliveries.hasRoom) return;
    if (this.claiming !== undefined) {
      this.isClaimWanted = true;
      return;
    }
    this.claiming = this.claimAll()
      .catch((error: unknown) => {
        this.logger.warn('the inbox of rules could not be read; trying again', { error: String(error) });
      })
      .finally(() => {
        this.claiming = undefined;
        if (!this.isClaimWanted) return;
        this.isClaimWanted = false;
        this.claimSoon();
      });
  }

  private async claimAll(): Promise<void> {
    while (this.deliveries.hasRoom) {
      const entries = await this.inbox.claim(CLAIMS_PER_STATEMENT, this.deliveries.busyRules);
      if (entries.length === 0) return;
      await this.resume(entries);
    }
  }

  private async resume(entries: readonly StoredEntry[]): Promise<void> {
    if (entries.some(({ ruleName }) => this.rules.find(ruleName) === undefined)) await this.rules.refresh();
    const done: string[] = [];
    for (const { id, ruleName, message } of entries) {
      const rule = this.rules.find(ruleName);
      const [hit] = rule === undefined ? [] : await this.evaluator.evaluate(message, [rule]);
      if (hit === undefined) {
        done.push(id); // The rule is gone, or lets the message pass no more.
        continue;
      }
      this.deliveries.reserveClaimed(ruleName);
      this.deliveries.start(hit, id);
    }
    await this.deliveries.discard(done);
  }
}
