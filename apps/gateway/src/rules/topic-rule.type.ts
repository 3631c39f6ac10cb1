import { Field, ObjectType } from '@nestjs/graphql';
import type { TopicRule as StoredRule } from '#thingcore/contracts';
import type { JsonObject } from '#thingcore/errors';
import { type Connection, relayConnection } from '../connections/relay-connection.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';
import { JsonScalar } from '../scalars/json.scalar.js';
import { RuleMode } from './rule-mode.js';

/** A rule. */
@ObjectType({ description: 'A rule: what happens with messages that its SQL selects.' })
export class TopicRule {
  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => String, { description: 'Its ARN: arn:aws:iot:{region}:{account}:rule/{name}.' })
  arn: string;

  @Field(() => String, { description: 'The SQL that selects messages and what of them goes to the actions.' })
  sql: string;

  @Field(() => String, { description: 'What it is for.' })
  description: string;

  @Field(() => String, { description: 'The version of the SQL dialect: 2015-10-08, 2016-03-23 or beta.' })
  awsIotSqlVersion: string;

  @Field(() => Boolean, { description: 'Whether it is switched off.' })
  ruleDisabled: boolean;

  @Field(() => RuleMode, { description: 'Whether it acts.' })
  mode: RuleMode;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'The document of a version in mode SHADOW that runs beside this one; null when there is none.',
  })
  shadowVersion: JsonObject | null;

  @Field(() => [JsonScalar], { description: 'Its actions; each is an object with one key that names it.' })
  actions: JsonObject[];

  @Field(() => JsonScalar, { nullable: true, description: 'The action for messages of which an action failed.' })
  errorAction: JsonObject | null;

  @Field(() => String, {
    nullable: true,
    description: 'The topic filter in its SQL; null when it has none, so that only Basic Ingest reaches it.',
  })
  topicPattern: string | null;

  @Field(() => DateTimeScalar, { description: 'When it was created.' })
  createdAt: number;
}

/** A page of rules. */
export const TopicRuleConnection = relayConnection(TopicRule, {
  one: 'rule',
  many: 'rules',
  order: 'in the order asked for',
});

/** A page of rules. */
export type TopicRuleConnection = Connection<TopicRule>;

/** What `deleteTopicRule` answers. */
@ObjectType({ description: 'A rule that was deleted.' })
export class DeletedTopicRule {
  @Field(() => String, { description: 'Its name.' })
  name: string;
}

/** A rule as the rules service keeps it. */
export function toTopicRule(stored: StoredRule): TopicRule {
  const { ruleName, ruleArn, errorAction, topicPattern, shadowVersion, ...rule } = stored;
  return {
    name: ruleName,
    arn: ruleArn,
    ...rule,
    errorAction: errorAction ?? null,
    shadowVersion: shadowVersion ?? null,
    topicPattern: topicPattern ?? null,
  };
}
