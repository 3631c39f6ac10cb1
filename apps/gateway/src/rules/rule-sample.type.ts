import { Extensions, Field, Float, Int, ObjectType } from '@nestjs/graphql';
import type { RuleSample as RulesSample } from '#thingcore/contracts';
import type { JsonValue } from '#thingcore/errors';
import { PART_OF_DOCUMENT } from '../connections/part-of-document.js';
import { Message, toMessage } from '../messages/message.type.js';
import { JsonScalar } from '../scalars/json.scalar.js';
import { RuleMode } from './rule-mode.js';

@ObjectType({ description: 'What an action did with a message.' })
export class RuleSampleAction {
  @Field(() => String, { description: 'The key of the action.' })
  action: string;

  @Field(() => String, { description: 'DONE, FAILED, MUTED (mode SHADOW) or INTERRUPTED (the process stopped).' })
  outcome: string;

  @Field(() => String, { nullable: true, description: 'What went wrong.' })
  error: string | null;

  @Field(() => Int, { description: 'How often it was tried.' })
  tries: number;

  @Field(() => Float, { description: 'Milliseconds it took, with all its tries.' })
  ms: number;
}

/** A live message with what a rule did. */
@ObjectType({ description: 'A live message with what a rule did with it.' })
export class RuleSample {
  @Field(() => String, { description: 'The name of the rule.' })
  ruleName: string;

  @Field(() => RuleMode, { description: 'Which version of it: the live one, or the one in mode SHADOW.' })
  mode: RuleMode;

  @Field(() => Message, { description: 'The message, as it came in.' })
  message: Message;

  @Field(() => Boolean, { description: 'Whether it passed.' })
  passed: boolean;

  @Field(() => JsonScalar, { nullable: true, description: 'The outgoing payload as JSON; null when it is none.' })
  output: JsonValue;

  @Field(() => String, { nullable: true, description: 'The outgoing payload in base64; null when there is none.' })
  outputBase64: string | null;

  @Field(() => JsonScalar, {
    description:
      'Why: `{summary, expressions: [{clause, expression, depth, value}]}`. Expressions are not shown for a statement that looks outside the message.',
  })
  explanation: JsonValue;

  @Extensions(PART_OF_DOCUMENT)
  @Field(() => [RuleSampleAction], { description: 'What the actions did.' })
  actions: RuleSampleAction[];
}

/** A sample of the rules service. */
export function toRuleSample({
  ruleName,
  mode,
  message,
  passed,
  output,
  explanation,
  actions,
}: RulesSample): RuleSample {
  return {
    ruleName,
    mode,
    message: toMessage(message),
    passed,
    output: output?.value ?? null,
    outputBase64: output?.base64 ?? null,
    explanation,
    actions: actions.map(({ error, ...action }) => ({ ...action, error: error ?? null })),
  };
}
