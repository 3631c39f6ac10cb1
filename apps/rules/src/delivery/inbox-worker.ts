import { Inject, Injectable } from '@nestjs/common';
import { Lifecycle, Logger, type Part } from '#thingcore/platform';
import { RULES_CONFIG, type RulesConfig } from '../rules.config.js';
import { RuleFilters } from '../topic-rules/rule-filters.js';
import { RuleSet } from '../topic-rules/rule-set.js';
import { Deliveries } from './deliveries.js';
import { InboxStore, type StoredEntry } from './inbox.store.js';
import { type Hit, RuleEvaluator } from './rule-evaluator.js';

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
  /** What was claimed and is about to be started. */
  private resuming: ReadonlySet<string> = new Set();
  /** What the last tick found claimed for this process although it knew nothing of it. */
  private unknown: ReadonlySet<string> = new Set();
  /** Runs while rules have to wait because their SQL took more than its share of time. */
  private budgetTimer: NodeJS.Timeout | undefined;

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
    clearTimeout(this.budgetTimer);
    await this.deliveries.close(LONGEST_DRAIN_MS);
    await this.ticking;
    await this.claiming;
    await this.inbox.releaseOwn();
  }

  /** Looks for entries now: some were put there without a claim. */
  wake(): void {
    this.claimSoon();
  }

  /** One after the other; a failure is for the next tick to repair. */
  private tick(): void {
    this.ticking = this.ticking.then(async () => {
      try {
        await this.inbox.holdLease(this.config.leaseMs);
        const released = await this.inbox.releaseLost();
        await this.releaseUnknown();
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
   * Gives back what the database claimed for this process without its knowing: the connection broke before the answer, or
   * the work on it did not begin. Only what was so at the tick before too, since an answer may be on its way.
   */
  private async releaseUnknown(): Promise<void> {
    const claimed = await this.inbox.claimed();
    const unknown = claimed.filter((id) => !this.deliveries.isAtWorkOn(id) && !this.resuming.has(id));
    await this.inbox.release(unknown.filter((id) => this.unknown.has(id)));
    this.unknown = new Set(unknown);
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
        this.claimWhenBudgetAllows();
        if (!this.isClaimWanted) return;
        this.isClaimWanted = false;
        this.claimSoon();
      });
  }

  private claimWhenBudgetAllows(): void {
    clearTimeout(this.budgetTimer);
    const { nextFreeInMs } = this.evaluator.budget;
    if (nextFreeInMs !== undefined) this.budgetTimer = setTimeout(() => this.claimSoon(), nextFreeInMs);
  }

  private async claimAll(): Promise<void> {
    while (this.deliveries.hasRoom) {
      // What an idle rule has taken waits until it runs again, or is deleted.
      const waiting = [...this.deliveries.busyRules, ...this.evaluator.budget.spent, ...this.rules.idleRules];
      const entries = await this.inbox.claim(CLAIMS_PER_STATEMENT, waiting);
      if (entries.length === 0) return;
      this.resuming = new Set(entries.map(({ id }) => id));
      await this.resumeTimely(entries).finally(() => (this.resuming = new Set()));
    }
  }

  /** A rule may have become busy while the claim was under way: its entries wait for their turn in the inbox. */
  private async resumeTimely(entries: readonly StoredEntry[]): Promise<void> {
    const busy = new Set(this.deliveries.busyRules);
    await this.inbox.release(entries.filter(({ ruleName }) => busy.has(ruleName)).map(({ id }) => id));
    await this.resume(entries.filter(({ ruleName }) => !busy.has(ruleName)));
  }

  private async resume(entries: readonly StoredEntry[]): Promise<void> {
    if (entries.some(({ ruleName }) => this.rules.find(ruleName) === undefined)) await this.rules.refresh();
    const matched = entries.map(({ ruleName, message }) => {
      const rule = this.rules.find(ruleName);
      return { message, rules: rule === undefined ? [] : [rule] };
    });
    const { hits, postponed } = await this.evaluator.evaluate(matched);
    const open = new Map(entries.map((entry) => [`${entry.ruleName}/${entry.message.messageId}`, entry]));
    const take = ({ rule, message }: Pick<Hit, 'rule' | 'message'>) => {
      const key = `${rule.ruleName}/${message.messageId}`;
      const entry = open.get(key);
      open.delete(key);
      return entry;
    };
    const claimed = hits.map((hit) => {
      const entry = take(hit);
      this.deliveries.reserveClaimed(hit.rule);
      return { hit: entry?.only === undefined ? hit : { ...hit, only: entry.only }, id: entry?.id };
    });
    this.deliveries.start(claimed);
    await this.inbox.release(postponed.flatMap((entry) => take(entry)?.id ?? []));
    const left = [...open.values()];
    // A rule may have been switched off after its entries were claimed.
    const isIdle = ({ ruleName }: StoredEntry) => this.rules.idleRules.includes(ruleName);
    await this.inbox.release(left.filter(isIdle).map(({ id }) => id));
    // What remains: its rule is gone, or lets the message pass no more.
    await this.deliveries.discard(left.filter((entry) => !isIdle(entry)).map(({ id }) => id));
  }
}
