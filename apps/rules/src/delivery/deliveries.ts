import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Logger } from '#thingcore/platform';
import { BatchQueue } from '../batch-queue.js';
import { RulesMetrics } from '../metrics/rules-metrics.js';
import { RULES_CONFIG, type RulesConfig } from '../rules.config.js';
import { ActionRunner, type Outcome } from './action-runner.js';
import { InboxIntake } from './inbox-intake.js';
import { type Ending, InboxStore } from './inbox.store.js';
import { laneOf, Lanes } from './lanes.js';
import type { CompiledTopicRule } from '../topic-rules/compile-topic-rule.js';
import type { Hit } from './rule-evaluator.js';

const ENDINGS_PER_STATEMENT = 1000;
const PAUSE_AFTER_FAILURE_MS = 1000;

/** A hit to be worked on. */
export interface Delivery {
  readonly hit: Hit;
  /** Its entry in the inbox; undefined for a message of QoS 0, which has none. */
  readonly id: string | undefined;
}

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
    intake: InboxIntake,
    private readonly metrics: RulesMetrics,
    private readonly logger: Logger,
  ) {
    this.lanes = new Lanes({ total: config.maxInFlight, perRule: config.maxInFlightPerRule });
    this.endings = new BatchQueue(async (endings) => {
      await inbox.finish(endings);
      intake.left(endings.filter(({ id }) => id !== undefined).length);
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

  /** Works on hits in the background, in their reserved places; those of one rule together as far as they can be. */
  start(deliveries: readonly Delivery[]): void {
    const together = new Map<CompiledTopicRule, Delivery[]>();
    for (const delivery of deliveries) {
      const { hit, id } = delivery;
      if (id !== undefined) this.entries.add(id);
      const ofRule = together.get(hit.rule);
      if (!this.runner.runsTogether(hit)) this.track(this.deliver(delivery));
      else if (ofRule === undefined) together.set(hit.rule, [delivery]);
      else ofRule.push(delivery);
    }
    for (const ofRule of together.values()) this.track(this.deliverTogether(ofRule));
  }

  /** Removes entries for which nothing is left to do. */
  async discard(ids: readonly string[]): Promise<void> {
    await this.finish(ids.map((id) => ({ id, deadLetters: [] })));
  }

  private track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => this.logger.error('rule executions were lost sight of', { error: String(error) }))
      .finally(() => this.running.delete(tracked));
    this.running.add(tracked);
  }

  private async deliver(delivery: Delivery): Promise<void> {
    const { signal } = this.stopping;
    await this.end(delivery, signal.aborted ? 'interrupted' : await this.runner.run(delivery.hit, signal));
  }

  private async deliverTogether(deliveries: readonly Delivery[]): Promise<void> {
    const { signal } = this.stopping;
    const hits = deliveries.map(({ hit }) => hit);
    const outcomes = signal.aborted ? [] : await this.runner.runTogether(hits, signal);
    const done: Delivery[] = [];
    for (const [index, delivery] of deliveries.entries()) {
      const outcome = outcomes[index];
      if (outcome === 'done') done.push(delivery);
      else this.track(this.endLater(delivery, outcome ?? Promise.resolve('interrupted')));
    }
    await this.finish(done.flatMap(({ id }) => (id === undefined ? [] : [{ id, deadLetters: [] }])));
    for (const delivery of done) this.release(delivery);
  }

  private async endLater(delivery: Delivery, outcome: Promise<Outcome>): Promise<void> {
    await this.end(delivery, await outcome);
  }

  private async end(delivery: Delivery, outcome: Outcome): Promise<void> {
    const { hit, id } = delivery;
    if (outcome === 'interrupted') {
      // With an entry, it is worked off at the next start or by another process.
      if (id === undefined && !hit.rule.isMuted) this.metrics.dropped.inc({ rule: hit.rule.ruleName });
    } else if (id !== undefined || outcome.length > 0) {
      await this.finish([{ id, deadLetters: outcome }]);
    }
    this.release(delivery);
  }

  private release({ hit, id }: Delivery): void {
    if (id !== undefined) this.entries.delete(id);
    this.giveUp(hit.rule);
  }

  /** Without the database the places stay taken: that slows down whoever brings more. */
  private async finish(endings: readonly Ending[]): Promise<void> {
    const { signal } = this.stopping;
    let open = endings;
    while (open.length > 0) {
      const failures = await this.endings.addAll(open);
      open = [...failures.keys()];
      if (open.length === 0 || signal.aborted) return;
      const [error] = failures.values();
      this.logger.warn('the end of rule executions could not be stored; trying again', { error: String(error) });
      await sleep(PAUSE_AFTER_FAILURE_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
