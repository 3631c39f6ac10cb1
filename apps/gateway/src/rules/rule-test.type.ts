import { Field, InputType, ObjectType } from '@nestjs/graphql';
import type { ReplyOf, RequestOf, testRule } from '#thingcore/contracts';
import type { JsonValue } from '#thingcore/errors';
import { JsonScalar } from '../scalars/json.scalar.js';

/** What `testRule` takes. */
@InputType({ description: 'A statement and a message to try it on.' })
export class TestRuleInput {
  @Field(() => String, { description: 'The statement.' })
  sql: string;

  @Field(() => String, { description: 'The topic of the message.' })
  topic: string;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'Its payload: JSON, or a text as `payloadEncoding` says. Empty when it is left out.',
  })
  payload?: JsonValue;

  @Field(() => String, {
    nullable: true,
    description: '`text` when the payload is the text itself, `base64` when it is bytes; JSON when it is left out.',
  })
  payloadEncoding?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'A parameter of an action with substitution templates: the output is what it becomes.',
  })
  template?: string | null;

  @Field(() => JsonScalar, {
    nullable: true,
    description:
      'What surrounds the message: sqlVersion (2016-03-23 when left out), clientId, principal, sourceIp, protocol, accountId, traceId, timestamp, basicIngest, mqtt5 {contentType, payloadFormatIndicator, responseTopic, correlationData, userProperties}, stubs {lambda, dynamodb, shadows, secrets, registry, machinelearning}: what look-ups answer.',
  })
  context?: JsonValue;
}

/** What `testRule` answers. */
@ObjectType({ description: 'What a statement gave.' })
export class RuleTest {
  @Field(() => Boolean, { description: 'Whether topic and WHERE matched, so that actions would run.' })
  matched: boolean;

  @Field(() => Boolean, { description: 'Whether it matched and the one thing it selects is Undefined.' })
  undefined: boolean;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'The outgoing payload, or what the template became; null when there is none.',
  })
  output: JsonValue;

  @Field(() => String, { nullable: true, description: '`base64` when the output is bytes that are no JSON.' })
  outputEncoding: string | null;

  @Field(() => String, { nullable: true, description: 'Why the statement was refused, or its evaluation ended.' })
  error: string | null;

  @Field(() => JsonScalar, {
    description:
      'Why: `{summary, expressions: [{clause, expression, depth, value}]}`, the value of each expression that was evaluated. One without a value is Undefined.',
  })
  explanation: JsonValue;
}

/** The request to try a statement; the contract checks what its parts are. */
export function toTestRuleRequest(input: TestRuleInput): RequestOf<typeof testRule> {
  const { sql, topic, payload, payloadEncoding, template, context } = input;
  return {
    sql,
    topic,
    // An explicit null is the JSON value null: a payload.
    ...(payload === undefined ? {} : { payload }),
    payloadEncoding: payloadEncoding ?? undefined,
    template: template ?? undefined,
    context: context ?? undefined,
  } as RequestOf<typeof testRule>;
}

/** The answer of the rules service. */
export function toRuleTest(tested: ReplyOf<typeof testRule>): RuleTest {
  const { matched, output, outputEncoding, error, explanation } = tested;
  return {
    matched,
    undefined: tested.undefined,
    output: output ?? null,
    outputEncoding: outputEncoding ?? null,
    error: error ?? null,
    explanation,
  };
}
