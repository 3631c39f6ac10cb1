import { Inject, Injectable } from '@nestjs/common';
import { Logger } from '#thingcore/platform';
import { TopicTrie } from '#thingcore/topics';
import { ACTION_KINDS, type ActionKind } from '../actions/action.js';
import { type CompiledTopicRule, compileTopicRule } from './compile-topic-rule.js';
import { type RevisedRule, RuleStore } from './rule.store.js';

interface Loaded {
  readonly revision: number;
  readonly rule: CompiledTopicRule;
}

/**
 * The enabled rules, compiled and by topic, in this process. A rule that did not change stays the same object from one
 * revision to the next, and with it the batches of its actions.
 */
@Injectable()
export class RuleSet {
  private trie = new TopicTrie<CompiledTopicRule>();
  private byName: ReadonlyMap<string, Loaded> = new Map();
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
    return [...new Set([...this.byName.values()].map(({ rule }) => rule.topicFilter))];
  }

  /** The enabled rules whose filter matches. */
  match(topic: string): CompiledTopicRule[] {
    return this.trie.match(topic);
  }

  /** An enabled rule by its name. */
  find(ruleName: string): CompiledTopicRule | undefined {
    return this.byName.get(ruleName)?.rule;
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
      const rule = record.payload.ruleDisabled ? undefined : this.compile(record);
      if (rule === undefined) continue;
      byName.set(record.ruleName, { revision: record.revision, rule });
      trie.add(rule.topicFilter, rule);
    }
    this.byName = byName;
    this.trie = trie;
    this.loadedRevision = revision;
  }

  /** A rule that an older version let through must not keep the others from running. */
  private compile({ ruleName, payload, revision }: RevisedRule): CompiledTopicRule | undefined {
    const loaded = this.byName.get(ruleName);
    if (loaded?.revision === revision) return loaded.rule;
    try {
      return compileTopicRule(ruleName, payload, this.kinds);
    } catch (error) {
      this.logger.error('a stored rule cannot be run; replace or delete it', { rule: ruleName, error: String(error) });
      return undefined;
    }
  }
}
