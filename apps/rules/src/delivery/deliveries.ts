import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Logger } from '#thingcore/platform';
import { BatchQueue } from '../batch-queue.js';
import { RulesMetrics } from '../metrics/rules-metrics.js';
import { RULES_CONFIG, type RulesConfig } from '../rules.config.js';
import { ActionRunner } from './action-runner.js';
import { type DeadLetter, type Ending, InboxStore } from './inbox.store.js';
import { laneOf, Lanes } from './lanes.js';
import type { CompiledTopicRule } from '../topic-rules/compile-topic-rule.js';
import type { Hit } from './rule-evaluator.js';

const ENDINGS_PER_STATEMENT = 1000;
const PAUSE_AFTER_FAILURE_MS = 1000;

/** Works on hits, as many at a time as the configuration allows, and removes from the inbox what has ended. */
@Injectable()
export class Deliveries {
  private readonly lanes: Lanes;
  private readonly endings: BatchQueue<Ending>;
  private readonly running = new Set<Promise<void>>();
  /** The entries of the inbox that are worked on. */
  private readonly entries = new Set<string>();
  private readonly stopping = new AbortController();
  private isOpen = false;
  private onRoom: (() => void) | undefined;

  constructor(
    @Inject(RULES_CONFIG) config: RulesConfig,
    private readonly runner: ActionRunner,
    inbox: InboxStore,
    private readonly metrics: RulesMetrics,
    private readonly logger: Logger,
  ) {
    this.lanes = new Lanes({ total: config.maxInFlight, perRule: config.maxInFlightPerRule });
    this.endings = new BatchQueue(async (endings) => {
      await inbox.finish(endings);
      return new Map();
    }, ENDINGS_PER_STATEMENT);
  }

  /** How many executions are in flight. */
  get inFlight(): number {
    return this.lanes.count();
  }

  /** The rules that are too busy to take further entries of the inbox. */
  get busyRules(): string[] {
    return this.lanes.busyRules();
  }

  /** Whether further entries of the inbox may be taken. */
  get hasRoom(): boolean {
    return this.isOpen && this.lanes.hasRoom;
  }

  /** Whether this entry of the inbox is worked on here. */
  isAtWorkOn(id: string): boolean {
    return this.entries.has(id);
  }

  /** Lets work begin. `onRoom` is called when a rule, or the process, is no longer too busy to take inbox entries. */
  open(onRoom: () => void): void {
    this.isOpen = true;
    this.onRoom = onRoom;
  }

  /** Lets nothing begin any more, cuts pauses between tries short, and waits for what is running, `mostMs` at most. */
  async close(mostMs: number): Promise<void> {
    this.isOpen = false;
    this.stopping.abort();
    const timeout = new AbortController();
    await Promise.race([
      Promise.allSettled(this.running),
      sleep(mostMs, undefined, { signal: timeout.signal }).catch(() => undefined),
    ]);
    timeout.abort();
  }

  /** Resolves when more can be taken, or after `mostMs`. */
  async waitForRoom(mostMs: number): Promise<void> {
    if (this.isOpen) await this.lanes.waitForRoom(mostMs);
  }

  /** Takes a place for a hit; answers whether there was one. With it call `start` or `giveUp`. */
  reserve(rule: CompiledTopicRule): boolean {
    return this.isOpen && this.lanes.enter(laneOf(rule));
  }

  /** Takes a place for an entry that is claimed already. */
  reserveClaimed(rule: CompiledTopicRule): void {
    this.lanes.forceEnter(laneOf(rule));
  }

  /** Gives a reserved place back. */
  giveUp(rule: CompiledTopicRule): void {
    if (this.lanes.leave(laneOf(rule))) this.onRoom?.();
  }

  /**
   * Works on a hit in the background, in its reserved place.
   *
   * @param id its entry in the inbox; undefined for a message of QoS 0, which has none
   */
  start(hit: Hit, id: string | undefined): void {
    const ended = () => {
      this.running.delete(work);
      if (id !== undefined) this.entries.delete(id);
      this.giveUp(hit.rule);
    };
    if (id !== undefined) this.entries.add(id);
    const work = this.deliver(hit, id).then(ended, ended);
    this.running.add(work);
  }

  /** Removes entries for which nothing is left to do. */
  async discard(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((id) => this.finish({ id, deadLetters: [] })));
  }

  private deliver(hit: Hit, id: string | undefined): Promise<void> {
    const { signal } = this.stopping;
    const outcome = signal.aborted ? Promise.resolve('interrupted' as const) : this.runner.run(hit, signal);
    return outcome.then((deadLetters) => this.ended(hit, id, deadLetters));
  }

  private ended(
    hit: Hit,
    id: string | undefined,
    deadLetters: readonly DeadLetter[] | 'interrupted',
  ): Promise<void> | undefined {
    if (deadLetters === 'interrupted') {
      // With an entry, it is worked off at the next start or by another process.
      if (id === undefined && !hit.rule.isMuted) this.metrics.dropped.inc({ rule: hit.rule.ruleName });
      return undefined;
    }
    return id !== undefined || deadLetters.length > 0 ? this.finish({ id, deadLetters }) : undefined;
  }

  /** Without the database the place stays taken: that slows down whoever brings more. */
  private async finish(ending: Ending): Promise<void> {
    const { signal } = this.stopping;
    for (;;) {
      try {
        await this.endings.add(ending);
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.logger.warn('the end of a rule execution could not be stored; trying again', { error: String(error) });
        await sleep(PAUSE_AFTER_FAILURE_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}
