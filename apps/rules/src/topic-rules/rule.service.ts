import { Inject, Injectable } from '@nestjs/common';
import {
  type listTopicRules,
  type ParsedRequestOf,
  rulesChanged,
  type TopicRule,
  type TopicRulePayload,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Clock, Logger, Scope } from '#thingcore/platform';
import { iotArn } from '#thingcore/policy';
import { matchesFilter } from '#thingcore/topics';
import { EventBus } from '#thingcore/transport';
import { ACTION_KINDS, type ActionKind } from '../actions/action.js';
import { ExternalLookups } from '../external-functions/external-lookups.js';
import { RuleCounts } from '../metrics/rule-counts.js';
import type { Tags } from '../tags/rule-tag.store.js';
import { allActions, type CompiledTopicRule, compileTopicRule, refuseUnavailable } from './compile-topic-rule.js';
import { RuleFilters } from './rule-filters.js';
import { RuleSet } from './rule-set.js';
import { type RuleRecord, RuleStore } from './rule.store.js';

/** Creates, changes and shows topic rules. */
@Injectable()
export class RuleService {
  constructor(
    private readonly store: RuleStore,
    private readonly rules: RuleSet,
    private readonly filters: RuleFilters,
    @Inject(ACTION_KINDS) private readonly kinds: readonly ActionKind[],
    private readonly lookups: ExternalLookups,
    private readonly counts: RuleCounts,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly scope: Scope,
    private readonly logger: Logger,
  ) {}

  /** Stores a new rule; answers when the broker knows its filter. */
  async create(ruleName: string, payload: TopicRulePayload, tags: Tags): Promise<TopicRule> {
    const rule = this.check(ruleName, payload);
    const record = { ruleName, payload, topicFilter: rule.topicFilter, createdAt: new Date(this.clock.now()) };
    const revision = await this.store.insert(record, tags);
    if (revision === undefined) {
      throw new IotError(
        'ResourceAlreadyExists',
        `Rule ${ruleName} already exists; replace it or choose another name`,
        {
          details: { resourceId: ruleName, resourceArn: this.arn(ruleName) },
        },
      );
    }
    await this.putInForce(revision);
    await prepareActions(rule);
    return this.toTopicRule(record);
  }

  /** Replaces the document of a rule. AWS: every field is sent again; what is left out takes its default. */
  async replace(ruleName: string, payload: TopicRulePayload): Promise<TopicRule> {
    const rule = this.check(ruleName, payload);
    const revision = await this.store.replace(ruleName, payload, rule.topicFilter);
    if (revision === undefined) throw noSuchRule(ruleName);
    await this.putInForce(revision);
    await prepareActions(rule);
    return this.get(ruleName);
  }

  async get(ruleName: string): Promise<TopicRule> {
    const record = await this.store.find(ruleName);
    if (record === undefined) throw noSuchRule(ruleName);
    return this.toTopicRule(record);
  }

  /** All rules that meet a filter, by name. */
  async list(filter: RuleFilter): Promise<TopicRule[]> {
    const { rules } = await this.store.load();
    return rules.map((record) => this.toTopicRule(record)).filter((rule) => isWanted(filter, rule));
  }

  /** Switches a rule off or on. */
  async setDisabled(ruleName: string, isDisabled: boolean): Promise<TopicRule> {
    const revision = await this.store.setDisabled(ruleName, isDisabled);
    if (revision === undefined) throw noSuchRule(ruleName);
    await this.putInForce(revision);
    return this.get(ruleName);
  }

  async delete(ruleName: string): Promise<void> {
    const revision = await this.store.delete(ruleName);
    if (revision === undefined) throw noSuchRule(ruleName);
    await this.putInForce(revision);
    await this.counts.forget(ruleName);
  }

  private check(ruleName: string, payload: TopicRulePayload): CompiledTopicRule {
    const rule = compileTopicRule(ruleName, payload, this.kinds);
    refuseUnavailable(rule, (name) => this.lookups.unavailable(name));
    return rule;
  }

  /** The change is stored: whoever cannot be told now finds it later by the revision. */
  private async putInForce(revision: number): Promise<void> {
    await this.rules.reach(revision);
    await this.events.publish(rulesChanged, { revision }).catch((error: unknown) => {
      this.logger.warn('the other replicas could not be told that rules changed', { revision, error: String(error) });
    });
    await this.filters.push();
  }

  private toTopicRule({ ruleName, payload, topicFilter, shadowVersion, createdAt }: RuleRecord): TopicRule {
    return {
      ...payload,
      ruleName,
      ruleArn: this.arn(ruleName),
      ...(topicFilter === undefined ? {} : { topicPattern: topicFilter }),
      ...(shadowVersion === undefined ? {} : { shadowVersion }),
      createdAt: createdAt.getTime(),
    };
  }

  private arn(ruleName: string): string {
    return iotArn(this.scope, 'rule', ruleName);
  }
}

/** What cannot be set up shows where it is missed: the rule is stored. */
async function prepareActions(rule: CompiledTopicRule): Promise<void> {
  await Promise.all(allActions(rule).flatMap(({ prepare }) => (prepare === undefined ? [] : [prepare()])));
}

type RuleFilter = ParsedRequestOf<typeof listTopicRules>;

/** AWS: ListTopicRules takes a topic, and whether rules are disabled. */
function isWanted({ namePrefix = '', topic, ruleDisabled }: RuleFilter, rule: TopicRule): boolean {
  return (
    rule.ruleName.startsWith(namePrefix) &&
    (ruleDisabled === undefined || rule.ruleDisabled === ruleDisabled) &&
    (topic === undefined || (rule.topicPattern !== undefined && matchesFilter(rule.topicPattern, topic)))
  );
}

function noSuchRule(ruleName: string): IotError {
  return new IotError('ResourceNotFound', `Rule ${ruleName} does not exist`, { details: { resourceId: ruleName } });
}
