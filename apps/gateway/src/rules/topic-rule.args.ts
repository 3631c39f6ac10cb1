import { ArgsType, Field, InputType, registerEnumType } from '@nestjs/graphql';
import type { listTopicRules, RequestOf } from '#thingcore/contracts';
import { OrderDirection } from '../connections/order-direction.js';
import { TwoWayPageArgs } from '../connections/two-way-page.args.js';
import { type ListOrder, timeKey } from '../connections/whole-list.js';
import type { TopicRule } from './topic-rule.type.js';

/** What rules can be ordered by. */
export const TopicRuleOrderField = { NAME: 'NAME', CREATED_AT: 'CREATED_AT' } as const;

/** What rules can be ordered by. */
export type TopicRuleOrderField = keyof typeof TopicRuleOrderField;

registerEnumType(TopicRuleOrderField, {
  name: 'TopicRuleOrderField',
  description: 'What rules can be ordered by.',
  valuesMap: {
    NAME: { description: 'Their names.' },
    CREATED_AT: { description: 'When they were created.' },
  },
});

/** The order of a list of rules. */
@InputType({ description: 'The order of a list of rules.' })
export class TopicRuleOrder {
  @Field(() => TopicRuleOrderField, { description: 'What they are ordered by.' })
  field: TopicRuleOrderField;

  @Field(() => OrderDirection, { defaultValue: OrderDirection.ASC, description: 'Which way.' })
  direction: OrderDirection;
}

/** Which rules a list has. */
@InputType({ description: 'Which rules to return: those that meet all that is given.' })
export class TopicRuleFilter {
  @Field(() => String, { nullable: true, description: 'Their names begin with this.' })
  namePrefix?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'A topic whose messages reach them: their topic filter matches it.',
  })
  topic?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether they are in force.' })
  enabled?: boolean | null;
}

/** The arguments of `topicRules`. */
@ArgsType()
export class TopicRulesArgs extends TwoWayPageArgs {
  @Field(() => TopicRuleFilter, { nullable: true, description: 'Which rules to return; all when it is left out.' })
  filter?: TopicRuleFilter | null;

  @Field(() => TopicRuleOrder, { nullable: true, description: 'Their order; that of their names when it is left out.' })
  orderBy?: TopicRuleOrder | null;
}

/** The request for rules. */
export function toListRulesRequest(filter: TopicRuleFilter | null | undefined): RequestOf<typeof listTopicRules> {
  const { namePrefix, topic, enabled } = filter ?? {};
  return {
    namePrefix: namePrefix ?? undefined,
    topic: topic ?? undefined,
    ruleDisabled: enabled === undefined || enabled === null ? undefined : !enabled,
  };
}

/** How the fields of {@link toListRulesRequest} are called in GraphQL. */
export const LIST_RULES_FIELDS = {
  namePrefix: 'filter.namePrefix',
  topic: 'filter.topic',
  ruleDisabled: 'filter.enabled',
} as const;

/** The order that is asked for. */
export function topicRuleOrder(order: TopicRuleOrder | null | undefined): ListOrder<TopicRule> {
  const isDescending = order?.direction === 'DESC';
  return order?.field === 'CREATED_AT'
    ? { keyOf: ({ createdAt, name }) => timeKey(createdAt, name), isDescending, by: 'CREATED_AT' }
    : { keyOf: ({ name }) => name, isDescending };
}
