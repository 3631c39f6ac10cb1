import { UseFilters } from '@nestjs/common';
import { Args, Context, Extensions, Int, Query, Resolver, Subscription } from '@nestjs/graphql';
import { replayRule, testRule } from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { OPERATORS_ONLY } from '../access/least-role.js';
import { inTermsOf } from '../errors/field-names.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { FactsMutation } from '../mutations/payload-mutation.js';
import type { SubscriptionContext } from '../requests/gateway-context.js';
import { DryReplayArgs, ReplayArgs, RuleReplay, toRuleReplay } from './rule-replay.type.js';
import { RuleSample } from './rule-sample.type.js';
import { RuleTest, TestRuleInput, toRuleTest, toTestRuleRequest } from './rule-test.type.js';
import { LONGEST_TRACE_SECONDS, RuleTracePool } from './rule-trace-pool.js';

const REPLAY_FIELDS = { ruleName: 'rule' } as const;

/** Ways to see what a rule does before it is trusted. */
@Resolver(() => RuleTest)
@UseFilters(GraphqlErrorFilter)
export class RuleTrialResolver {
  constructor(
    private readonly rpc: RpcClient,
    private readonly traces: RuleTracePool,
  ) {}

  @Query(() => RuleTest, {
    description: 'Runs a statement on a message without touching anything, and explains what came of it.',
  })
  async testRule(
    @Args('input', { type: () => TestRuleInput, description: 'The statement and the message.' }) input: TestRuleInput,
  ): Promise<RuleTest> {
    return toRuleTest(await this.rpc.call(testRule, toTestRuleRequest(input)));
  }

  @Extensions(OPERATORS_ONLY)
  @Query(() => RuleReplay, {
    description:
      'What a rule, or another statement, gives for the messages that were recorded; nothing else happens. For operators.',
  })
  async replay(@Args() { rule, from, to, after, sql }: DryReplayArgs): Promise<RuleReplay> {
    const request = { ruleName: rule, from, to, after: after ?? undefined, sql: sql ?? undefined };
    return toRuleReplay(await inTermsOf(REPLAY_FIELDS, this.rpc.call(replayRule, request)));
  }

  @FactsMutation(RuleReplay, {
    name: 'replay',
    description: 'Runs the actions of a rule again for the messages that were recorded and pass it.',
  })
  async replayActions(@Args() { rule, from, to, after }: ReplayArgs): Promise<RuleReplay> {
    const request = { ruleName: rule, from, to, after: after ?? undefined, runActions: true };
    return toRuleReplay(await inTermsOf(REPLAY_FIELDS, this.rpc.call(replayRule, request)));
  }

  @Extensions(OPERATORS_ONLY)
  @Subscription(() => RuleSample, {
    description:
      'Live messages with what a rule did with them: at most ten a second and process, then the subscription ends. For operators.',
    resolve: (sample: RuleSample) => sample,
  })
  traceRule(
    @Args('name', { type: () => String, description: 'The name of the rule.' }) name: string,
    @Args('seconds', { type: () => Int, description: `For how long: 1 to ${LONGEST_TRACE_SECONDS} seconds.` })
    seconds: number,
    @Context() { connection }: SubscriptionContext,
  ): Promise<AsyncIterableIterator<RuleSample>> {
    return this.traces.subscribe(connection, name, seconds);
  }
}
