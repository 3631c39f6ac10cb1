import { Injectable } from '@nestjs/common';
import type { EvaluatedExpression, ReplyOf, RuleExplanation, testRule, TestRuleRequest } from '#thingcore/contracts';
import { IotError, type JsonValue } from '#thingcore/errors';
import { Clock, IdGenerator, Scope } from '#thingcore/platform';
import {
  compileRule,
  type CompiledRule,
  compileTemplate,
  explainRule,
  type MatchedRule,
  openMessage,
  type RuleEnvironment,
  type RuleMessage,
  type SqlVersion,
} from '#thingcore/rules-sql';
import { matchesFilter } from '#thingcore/topics';
import { randomFraction } from '../random-fraction.js';
import { toExplanation } from './explanation.js';
import { stubFunctions } from './stub-functions.js';

type Tested = ReplyOf<typeof testRule>;

const NOTHING = { matched: false, undefined: false };

/** Runs statements on messages that somebody makes up: nothing is asked, published or stored. */
@Injectable()
export class RuleTester {
  constructor(
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
    private readonly scope: Scope,
  ) {}

  /** What the statement gives. Whatever is wrong with it or happens in it is part of the answer. */
  async test(request: TestRuleRequest): Promise<Tested> {
    try {
      return await this.run(request);
    } catch (error) {
      if (!(error instanceof IotError)) throw error;
      return { ...NOTHING, error: error.message, explanation: { summary: error.message, expressions: [] } };
    }
  }

  private async run(request: TestRuleRequest): Promise<Tested> {
    const { sql, context, topic } = request;
    const sqlVersion: SqlVersion = context.sqlVersion ?? '2016-03-23';
    const rule = compileRule(sql, { sqlVersion });
    const message = openMessage({
      ...context,
      topic,
      payload: payloadOf(request),
      protocol: context.protocol ?? 'mqtt',
    });
    const from = fromExpression(rule, message);
    if (from?.value === false) {
      const summary = `The topic ${message.effectiveTopic} does not match the filter of FROM, ${rule.topicFilter}`;
      return { ...NOTHING, explanation: { summary, expressions: [from] } };
    }
    const environment = this.environment(request);
    const explained = await explainRule(sql, message, environment, { sqlVersion });
    const explanation = withFrom(toExplanation(explained), from);
    const { result, isUndefined } = explained;
    if (!result.matched) {
      return { ...NOTHING, ...(result.reason === 'where' ? {} : { error: result.explanation }), explanation };
    }
    if (request.template === undefined) return { ...toOutput(result), undefined: isUndefined, explanation };
    const template = compileTemplate(request.template, { sqlVersion, variables: rule.variables });
    const text = await template.evaluate(message, environment, result.variables);
    return templateResult(request.template, text, explanation);
  }

  private environment({ context }: TestRuleRequest): RuleEnvironment {
    return {
      timestamp: context.timestamp ?? this.clock.now(),
      accountId: context.accountId ?? this.scope.account,
      newUuid: () => this.ids.uuid(),
      random: () => randomFraction(this.ids),
      functions: stubFunctions(context),
    };
  }
}

function payloadOf({ payload, payloadEncoding }: TestRuleRequest): Uint8Array {
  if (payload === undefined) return Buffer.alloc(0);
  if (payloadEncoding === undefined) return Buffer.from(JSON.stringify(payload), 'utf8');
  if (typeof payload !== 'string') {
    const problem = `payload must be a text when payloadEncoding is ${payloadEncoding}, not ${JSON.stringify(payload)}`;
    throw new IotError('InvalidRequest', problem, { details: { field: 'payload' } });
  }
  return Buffer.from(payload, payloadEncoding === 'text' ? 'utf8' : 'base64');
}

/** Whether the topic is one of the rule's. AWS: "Basic Ingest", a topic that names its rule needs not match FROM. */
function fromExpression({ topicFilter }: CompiledRule, message: RuleMessage): EvaluatedExpression | undefined {
  if (topicFilter === undefined || message.basicIngest) return undefined;
  const value = matchesFilter(topicFilter, message.effectiveTopic);
  return { clause: 'FROM', expression: `'${topicFilter}'`, depth: 0, value };
}

function withFrom(explanation: RuleExplanation, from: EvaluatedExpression | undefined): RuleExplanation {
  return from === undefined ? explanation : { ...explanation, expressions: [from, ...explanation.expressions] };
}

function toOutput({ output, encoding }: MatchedRule): Omit<Tested, 'undefined' | 'explanation'> {
  const bytes = Buffer.from(output);
  if (encoding === 'binary') return { matched: true, output: bytes.toString('base64'), outputEncoding: 'base64' };
  if (bytes.length === 0) return { matched: true };
  return { matched: true, output: JSON.parse(bytes.toString('utf8')) as JsonValue };
}

function templateResult(template: string, text: string | undefined, { summary, expressions }: RuleExplanation): Tested {
  const value = text === undefined ? {} : { value: text };
  return {
    matched: true,
    undefined: text === undefined,
    ...(text === undefined ? {} : { output: text }),
    explanation: {
      summary: text === undefined ? 'The template is Undefined: an action with it fails' : summary,
      expressions: [...expressions, { clause: 'TEMPLATE', expression: template, depth: 0, ...value }],
    },
  };
}
