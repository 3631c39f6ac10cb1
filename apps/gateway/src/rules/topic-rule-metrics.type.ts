import { Extensions, Field, Float, Int, ObjectType } from '@nestjs/graphql';
import type { RuleMetrics } from '#thingcore/contracts';
import { PART_OF_DOCUMENT } from '../connections/part-of-document.js';

/** Counts go beyond the 32 bits of an Int. */
const Count = () => Float;

@ObjectType({ description: 'What the actions of one kind did.' })
export class RuleActionMetrics {
  @Field(() => String, { description: 'The key of the action, as `republish`.' })
  action: string;

  @Field(Count, { description: 'Executions that were done.' })
  succeeded: number;

  @Field(Count, { description: 'Executions that failed for good.' })
  failed: number;

  @Field(Count, { description: 'Tries after the first.' })
  retried: number;

  @Field(() => Float, { nullable: true, description: 'Milliseconds of an execution on average, with its tries.' })
  averageLatencyMs: number | null;
}

@ObjectType({ description: 'Messages that matched a rule and did not pass.' })
export class RuleFailureCount {
  @Field(() => String, { nullable: true, description: 'The clause that ended them: SET, WHERE or SELECT.' })
  clause: string | null;

  @Field(() => String, {
    description:
      'where: the condition was not true; payload: SELECT adds to a payload that is not JSON; limit: a bound was reached; lookup: a function could not get what it asked for.',
  })
  reason: string;

  @Field(Count, { description: 'How many.' })
  count: number;
}

@ObjectType({ description: 'Executions of actions that were muted.' })
export class MutedActions {
  @Field(() => String, { description: 'The key of the action.' })
  action: string;

  @Field(Count, { description: 'How many.' })
  muted: number;
}

@ObjectType({ description: 'What a rule would have done in mode SHADOW.' })
export class RuleShadowMetrics {
  @Field(Count, { description: 'Messages whose topic matched.' })
  matched: number;

  @Field(Count, { description: 'Messages that passed.' })
  passed: number;

  @Field(Count, { description: 'Messages whose SQL gave no result.' })
  failed: number;

  @Extensions(PART_OF_DOCUMENT)
  @Field(() => [MutedActions], { description: 'What its actions would have done.' })
  actions: MutedActions[];
}

/** What a rule has done. */
@ObjectType({ description: 'What a rule has done, in all processes together; the latest seconds may be missing.' })
export class TopicRuleMetrics {
  @Field(Count, { description: 'Messages whose topic matched.' })
  matched: number;

  @Field(Count, { description: 'Messages that passed and started the actions.' })
  passed: number;

  @Extensions(PART_OF_DOCUMENT)
  @Field(() => [RuleFailureCount], { description: 'Those that did not, by clause and reason.' })
  failed: RuleFailureCount[];

  @Field(Count, { description: 'QoS 0 messages dropped because the rule could not keep up.' })
  dropped: number;

  @Extensions(PART_OF_DOCUMENT)
  @Field(() => [RuleActionMetrics], { description: 'What its actions did, by kind.' })
  actions: RuleActionMetrics[];

  @Field(Count, { description: 'Error actions that were done.' })
  errorActionsSucceeded: number;

  @Field(Count, { description: 'Error actions that failed.' })
  errorActionsFailed: number;

  @Field(Count, { description: 'Dead letters it left.' })
  deadLettered: number;

  @Field(() => RuleShadowMetrics, { description: 'What it, or its newer version, would have done in mode SHADOW.' })
  shadow: RuleShadowMetrics;
}

@ObjectType({ description: 'Executions of actions.' })
export class RuleActionCount {
  @Field(() => String, { description: 'The key of the action.' })
  action: string;

  @Field(() => Int, { description: 'How many.' })
  count: number;
}

/** Metrics as the rules service counts them. */
export function toTopicRuleMetrics({ failed, actions, errorActions, ...metrics }: RuleMetrics): TopicRuleMetrics {
  return {
    ...metrics,
    failed: failed.map(({ clause, ...failure }) => ({ clause: clause ?? null, ...failure })),
    actions: actions.map(({ averageLatencyMs, ...action }) => ({
      ...action,
      averageLatencyMs: averageLatencyMs ?? null,
    })),
    errorActionsSucceeded: errorActions.succeeded,
    errorActionsFailed: errorActions.failed,
  };
}
