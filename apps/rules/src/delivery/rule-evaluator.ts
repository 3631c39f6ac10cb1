import { Injectable } from '@nestjs/common';
import type { BrokerMessage } from '#thingcore/contracts';
import { Clock, IdGenerator, Logger, Scope } from '#thingcore/platform';
import type { MatchedRule, RuleEnvironment, RuleMessage } from '#thingcore/rules-sql';
import { randomFraction } from '../random-fraction.js';
import { RulesMetrics } from '../rules-metrics.js';
import type { CompiledTopicRule } from '../topic-rules/compile-topic-rule.js';
import { openBrokerMessage } from './open-broker-message.js';

/** A message that passed a rule, with all that its actions need. */
export interface Hit {
  readonly rule: CompiledTopicRule;
  readonly message: BrokerMessage;
  readonly opened: RuleMessage;
  readonly environment: RuleEnvironment;
  readonly result: MatchedRule;
}

/** Runs the statements of rules on messages. */
@Injectable()
export class RuleEvaluator {
  constructor(
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
    private readonly scope: Scope,
    private readonly metrics: RulesMetrics,
    private readonly logger: Logger,
  ) {}

  /** The rules a message passes, of those whose filter it matches. The payload is parsed once for all of them. */
  async evaluate(message: BrokerMessage, rules: readonly CompiledTopicRule[]): Promise<Hit[]> {
    const hits: Hit[] = [];
    if (rules.length === 0) return hits;
    const opened = openBrokerMessage(message);
    const environment = this.environment();
    for (const rule of rules) {
      const result = await rule.statement.evaluate(opened, environment);
      if (result.matched) {
        hits.push({ rule, message, opened, environment, result });
      } else if (result.reason !== 'where') {
        this.metrics.evaluationsFailed.inc({ rule: rule.ruleName, reason: result.reason });
        this.logger.warn('the SQL of a rule gave no result', {
          rule: rule.ruleName,
          traceId: message.messageId,
          topicName: message.topic,
          error: result.explanation,
        });
      }
    }
    return hits;
  }

  private environment(): RuleEnvironment {
    return {
      timestamp: this.clock.now(),
      accountId: this.scope.account,
      newUuid: () => this.ids.uuid(),
      random: () => randomFraction(this.ids),
    };
  }
}
