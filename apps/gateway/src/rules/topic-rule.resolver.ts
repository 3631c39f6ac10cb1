import { UseFilters } from '@nestjs/common';
import { Args, Context, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import {
  createTopicRule,
  deleteTopicRule,
  disableTopicRule,
  enableTopicRule,
  getTopicRule,
  listTopicRules,
  replaceTopicRule,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { RpcClient } from '#thingcore/transport';
import { pageOfWhole } from '../connections/whole-list.js';
import { inTermsOf } from '../errors/field-names.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { nullWhenMissing } from '../errors/null-when-missing.js';
import { FactsMutation, ObjectMutation } from '../mutations/payload-mutation.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import { TopicRuleMetrics, toTopicRuleMetrics } from './topic-rule-metrics.type.js';
import { LIST_RULES_FIELDS, toListRulesRequest, topicRuleOrder, TopicRulesArgs } from './topic-rule.args.js';
import { TopicRuleInput, toTopicRuleRequest } from './topic-rule.input.js';
import { DeletedTopicRule, TopicRule, TopicRuleConnection, toTopicRule } from './topic-rule.type.js';

@Resolver(() => TopicRule)
@UseFilters(GraphqlErrorFilter)
export class TopicRuleResolver {
  constructor(private readonly rpc: RpcClient) {}

  @Query(() => TopicRule, { nullable: true, description: 'A rule; null when there is none of that name.' })
  async topicRule(
    @Args('name', { type: () => String, description: 'The name of the rule.' }) name: string,
  ): Promise<TopicRule | null> {
    const rule = await nullWhenMissing(this.rpc.call(getTopicRule, { ruleName: name }));
    return rule === null ? null : toTopicRule(rule);
  }

  @Query(() => TopicRuleConnection, { description: 'Rules, in the order of their names if no other is asked for.' })
  async topicRules(@Args() { filter, orderBy, ...page }: TopicRulesArgs): Promise<TopicRuleConnection> {
    const { rules } = await inTermsOf(LIST_RULES_FIELDS, this.rpc.call(listTopicRules, toListRulesRequest(filter)));
    return pageOfWhole(rules.map(toTopicRule), topicRuleOrder(orderBy), page);
  }

  @ObjectMutation('topicRule', () => TopicRule, {
    description:
      'Creates a rule. Its SQL and every action are checked first; what is not supported is refused by name.',
  })
  async createTopicRule(
    @Args('input', { type: () => TopicRuleInput, description: 'The rule to create.' }) input: TopicRuleInput,
  ): Promise<TopicRule> {
    return toTopicRule(await this.rpc.call(createTopicRule, toTopicRuleRequest(input)));
  }

  @ObjectMutation('topicRule', () => TopicRule, {
    description: 'Replaces a whole rule; its ARN and the time of its creation stay.',
  })
  async replaceTopicRule(
    @Args('input', { type: () => TopicRuleInput, description: 'The rule as it shall be.' }) input: TopicRuleInput,
  ): Promise<TopicRule> {
    return toTopicRule(await this.rpc.call(replaceTopicRule, toTopicRuleRequest(input)));
  }

  @ObjectMutation('topicRule', () => TopicRule, { description: 'Puts a rule in force again.' })
  async enableTopicRule(
    @Args('name', { type: () => String, description: 'The name of the rule.' }) name: string,
  ): Promise<TopicRule> {
    return toTopicRule(await this.rpc.call(enableTopicRule, { ruleName: name }));
  }

  @ObjectMutation('topicRule', () => TopicRule, {
    description:
      'Keeps a rule from running, by Basic Ingest too. What it has taken already waits until it is enabled again.',
  })
  async disableTopicRule(
    @Args('name', { type: () => String, description: 'The name of the rule.' }) name: string,
  ): Promise<TopicRule> {
    return toTopicRule(await this.rpc.call(disableTopicRule, { ruleName: name }));
  }

  @ResolveField(() => TopicRuleMetrics, { description: 'What it has done since it was created.' })
  async metrics(@Parent() { name }: TopicRule, @Context() { loaders }: GatewayContext): Promise<TopicRuleMetrics> {
    const metrics = await loaders.ruleMetrics.load(name);
    if (metrics === undefined) throw new IotError('Internal', `The rules service has no metrics of ${name}`);
    return toTopicRuleMetrics(metrics);
  }

  @FactsMutation(DeletedTopicRule, { description: 'Deletes a rule.' })
  async deleteTopicRule(
    @Args('name', { type: () => String, description: 'The name of the rule.' }) name: string,
  ): Promise<DeletedTopicRule> {
    await this.rpc.call(deleteTopicRule, { ruleName: name });
    return { name };
  }
}
