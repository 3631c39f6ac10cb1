import { ArgsType, Extensions, Field, Int, ObjectType } from '@nestjs/graphql';
import type { ReplyOf, replayRule } from '#thingcore/contracts';
import type { JsonValue } from '#thingcore/errors';
import { PART_OF_DOCUMENT } from '../connections/part-of-document.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';
import { JsonScalar } from '../scalars/json.scalar.js';
import { RuleActionCount } from './topic-rule-metrics.type.js';

/** What the mutation `replay` takes. */
@ArgsType()
export class ReplayArgs {
  @Field(() => String, { description: 'The name of the rule.' })
  rule: string;

  @Field(() => DateTimeScalar, { description: 'Messages from then on.' })
  from: number;

  @Field(() => DateTimeScalar, { description: 'Messages up to then.' })
  to: number;

  @Field(() => String, {
    nullable: true,
    description: 'Goes on where another call stopped: its `next`, with all else the same.',
  })
  after?: string | null;
}

/** What the query `replay` takes. */
@ArgsType()
export class DryReplayArgs extends ReplayArgs {
  @Field(() => String, { nullable: true, description: 'Another statement in place of the one of the rule.' })
  sql?: string | null;
}

@ObjectType({ description: 'Messages that did not pass.' })
export class ReplayFailureCount {
  @Field(() => String, { description: 'where, payload or limit.' })
  reason: string;

  @Field(() => Int, { description: 'How many.' })
  count: number;
}

@ObjectType({ description: 'What became of a recorded message.' })
export class ReplaySample {
  @Field(() => String, { description: 'Its topic.' })
  topic: string;

  @Field(() => DateTimeScalar, { description: 'When the broker took it.' })
  timestamp: number;

  @Field(() => Boolean, { description: 'Whether it passed.' })
  passed: boolean;

  @Field(() => JsonScalar, { nullable: true, description: 'The outgoing payload, when it is JSON.' })
  output: JsonValue;

  @Field(() => String, { nullable: true, description: 'Why it did not pass.' })
  reason: string | null;
}

/** What `replay` answers. */
@ObjectType({ description: 'What a rule gives for the messages that were recorded.' })
export class RuleReplay {
  @Field(() => Int, { description: 'Recorded messages that are for the rule.' })
  messages: number;

  @Field(() => Int, { description: 'Those that pass.' })
  passed: number;

  @Extensions(PART_OF_DOCUMENT)
  @Field(() => [ReplayFailureCount], { description: 'Those that do not, by reason.' })
  failed: ReplayFailureCount[];

  @Extensions(PART_OF_DOCUMENT)
  @Field(() => [RuleActionCount], { description: 'Executions of actions that this is.' })
  actions: RuleActionCount[];

  @Field(() => Int, { description: 'Messages of the time that were not recorded: a second holds only so many.' })
  notRecorded: number;

  @Extensions(PART_OF_DOCUMENT)
  @Field(() => [ReplaySample], { description: 'The first results, at most 20.' })
  samples: ReplaySample[];

  @Field(() => String, {
    nullable: true,
    description: 'Where to go on (`after`), when there were more messages than one call works on (10000).',
  })
  next: string | null;
}

/** The answer of the rules service. */
export function toRuleReplay({ samples, next, ...replay }: ReplyOf<typeof replayRule>): RuleReplay {
  return {
    ...replay,
    samples: samples.map(({ output, reason, ...sample }) => ({
      ...sample,
      output: output ?? null,
      reason: reason ?? null,
    })),
    next: next ?? null,
  };
}
