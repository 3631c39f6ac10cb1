import { UseFilters } from '@nestjs/common';
import { Args, Context, Resolver, Subscription } from '@nestjs/graphql';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import type { SubscriptionContext } from '../requests/gateway-context.js';
import { RuleSample } from './rule-sample.type.js';
import { RuleTracePool } from './rule-trace-pool.js';

/** Shows what rules do. */
@Resolver(() => RuleSample)
@UseFilters(GraphqlErrorFilter)
export class RuleActivityResolver {
  constructor(private readonly traces: RuleTracePool) {}

  @Subscription(() => RuleSample, {
    description:
      'What a rule does, as long as somebody looks: messages that came to it with what became of them and of its actions, at most ten a second and process. Its metrics count all of them.',
    resolve: (sample: RuleSample) => sample,
  })
  ruleActivity(
    @Args('rule', { type: () => String, description: 'The name of the rule.' }) rule: string,
    @Context() { connection }: SubscriptionContext,
  ): Promise<AsyncIterableIterator<RuleSample>> {
    return this.traces.subscribe(connection, rule);
  }
}
