import { Field, InputType } from '@nestjs/graphql';
import type { createTopicRule, RequestOf } from '#thingcore/contracts';
import type { JsonValue } from '#thingcore/errors';
import { IdempotentInput } from '../mutations/idempotent.input.js';
import { JsonScalar } from '../scalars/json.scalar.js';
import { RuleMode } from './rule-mode.js';

/** What `createTopicRule` and `replaceTopicRule` take. */
@InputType({ description: 'A rule, written as AWS IoT writes it.' })
export class TopicRuleInput extends IdempotentInput {
  @Field(() => String, { description: 'Its name: 1 to 128 of a-z, A-Z, 0-9 and underscore.' })
  ruleName: string;

  @Field(() => String, {
    description:
      "Its SQL, as in SELECT temperature FROM 'machines/+' WHERE temperature > 100. Without FROM only Basic Ingest reaches it.",
  })
  sql: string;

  @Field(() => String, { nullable: true, description: 'What it is for.' })
  description?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The version of the SQL dialect: 2015-10-08 (when it is left out), 2016-03-23 or beta.',
  })
  awsIotSqlVersion?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it is switched off; it is on when this is left out.' })
  ruleDisabled?: boolean | null;

  @Field(() => RuleMode, {
    nullable: true,
    description:
      'LIVE when it is left out. A document in mode SHADOW does not replace a live one but runs beside it, muted, until a live one takes the place of both.',
  })
  mode?: RuleMode | null;

  @Field(() => [JsonScalar], {
    description:
      'Its actions; each is an object with one key that names it, as in `{ republish: { topic: "alerts" } }`.',
  })
  actions: JsonValue[];

  @Field(() => JsonScalar, { nullable: true, description: 'The action for messages of which an action failed.' })
  errorAction?: JsonValue;
}

/** The request to create or replace a rule; the contract checks what its parts are. */
export function toTopicRuleRequest({ ruleName, ...rule }: TopicRuleInput): RequestOf<typeof createTopicRule> {
  // GraphQL says null for "left out" too, which the contract does not know.
  const given = Object.entries(rule).filter(([, value]) => value !== null && value !== undefined);
  return { ruleName, payload: Object.fromEntries(given) } as RequestOf<typeof createTopicRule>;
}
