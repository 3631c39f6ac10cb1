import { Inject, Injectable } from '@nestjs/common';
import type { TopicRulePayload } from '#thingcore/contracts';
import { Logger } from '#thingcore/platform';
import { TopicTrie } from '#thingcore/topics';
import { ACTION_KINDS, type ActionKind } from '../actions/action.js';
import { basicIngestRule } from './basic-ingest.js';
import { type CompiledTopicRule, compileTopicRule } from './compile-topic-rule.js';
import { type RevisedRule, RuleStore } from './rule.store.js';

interface Loaded {
  readonly revision: number;
  /** Undefined for a rule that exists in mode `SHADOW` only. */
  readonly live: CompiledTopicRule | undefined;
  /** What runs with its actions muted. */
  readonly muted: CompiledTopicRule | undefined;
}

/**
 * The enabled rules, compiled and by topic, in this process. A rule that did not change stays the same object from one
 * revision to the next, and with it the batches of its actions.
 */
@Injectable()
export class RuleSet {
  private trie = new TopicTrie<CompiledTopicRule>();
  private byName: ReadonlyMap<string, Loaded> = new Map();
  private idle: readonly string[] = [];
  private loading: Promise<void> | undefined;
  private loadedRevision = -1;

  constructor(
    private readonly store: RuleStore,
    @Inject(ACTION_KINDS) private readonly kinds: readonly ActionKind[],
    private readonly logger: Logger,
  ) {}

  /** The revision in force; -1 before the first load. */
  get revision(): number {
    return this.loadedRevision;
  }

  /** The topic filters of the enabled rules, each once. */
  get filters(): string[] {
    const filters = [...this.byName.values()].flatMap(versionsOf).flatMap(({ topicFilter }) => topicFilter ?? []);
    return [...new Set(filters)];
  }

  /** The rules that are switched off, and those that this version of the service cannot run. */
  get idleRules(): readonly string[] {
    return this.idle;
  }

  /**
   * The enabled rules that a message is for, muted versions among them. AWS: "Basic Ingest", a topic that names its rule
   * is for no other, and its filter is not asked.
   */
  match(topic: string): CompiledTopicRule[] {
    const ruleName = basicIngestRule(topic);
    if (ruleName === undefined) return this.trie.match(topic);
    const loaded = this.byName.get(ruleName);
    return loaded === undefined ? [] : versionsOf(loaded);
  }

  /** An enabled rule by its name, whose actions are not muted. */
  find(ruleName: string): CompiledTopicRule | undefined {
    return this.byName.get(ruleName)?.live;
  }

  /** Loads the rules again if they are not at this revision yet. */
  async reach(revision: number): Promise<void> {
    while (this.loadedRevision < revision) await this.load();
  }

  /** Loads the rules again if they changed; answers whether they had. */
  async refresh(): Promise<boolean> {
    const revision = await this.store.revision();
    if (revision === this.loadedRevision) return false;
    await this.load();
    return true;
  }

  private async load(): Promise<void> {
    this.loading ??= this.loadOnce().finally(() => (this.loading = undefined));
    await this.loading;
  }

  private async loadOnce(): Promise<void> {
    const { revision, rules } = await this.store.load();
    const byName = new Map<string, Loaded>();
    const trie = new TopicTrie<CompiledTopicRule>();
    for (const record of rules) {
      if (record.payload.ruleDisabled) continue;
      const loaded = this.compiled(record);
      byName.set(record.ruleName, loaded);
      for (const rule of versionsOf(loaded)) if (rule.topicFilter !== undefined) trie.add(rule.topicFilter, rule);
    }
    this.byName = byName;
    const isIdle = ({ ruleName, payload }: RevisedRule) =>
      payload.mode !== 'SHADOW' && byName.get(ruleName)?.live === undefined;
    this.idle = rules.filter(isIdle).map(({ ruleName }) => ruleName);
    this.trie = trie;
    this.loadedRevision = revision;
  }

  private compiled({ ruleName, payload, shadowVersion, revision }: RevisedRule): Loaded {
    const loaded = this.byName.get(ruleName);
    if (loaded?.revision === revision) return loaded;
    const rule = this.compile(ruleName, payload);
    if (rule?.isMuted) return { revision, live: undefined, muted: rule };
    return { revision, live: rule, muted: this.compiledShadow(ruleName, shadowVersion) };
  }

  private compiledShadow(ruleName: string, payload: TopicRulePayload | undefined): CompiledTopicRule | undefined {
    return payload === undefined || payload.ruleDisabled ? undefined : this.compile(ruleName, payload);
  }

  /** A rule that an older version let through must not keep the others from running. */
  private compile(ruleName: string, payload: TopicRulePayload): CompiledTopicRule | undefined {
    try {
      return compileTopicRule(ruleName, payload, this.kinds);
    } catch (error) {
      this.logger.error('a stored rule cannot be run; replace or delete it', { rule: ruleName, error: String(error) });
      return undefined;
    }
  }
}

function versionsOf({ live, muted }: Loaded): CompiledTopicRule[] {
  return [live, muted].filter((rule) => rule !== undefined);
}
