import { Injectable } from '@nestjs/common';
import {
  type BrokerMessage,
  type PayloadOf,
  type RuleSample,
  ruleTraceChanged,
  ruleTraced,
} from '#thingcore/contracts';
import { Clock, Logger } from '#thingcore/platform';
import {
  explainRule,
  type MatchedRule,
  type RuleEnvironment,
  type RuleMessage,
  type RuleResult,
} from '#thingcore/rules-sql';
import { EventBus } from '#thingcore/transport';
import type { CompiledTopicRule } from '../topic-rules/compile-topic-rule.js';
import { toExplanation } from './explanation.js';

/** Samples of one rule in a second: who watches a busy rule sees some of its messages. */
const SAMPLES_PER_SECOND = 10;

/** Stands for what a rule made that calls `get_secret()`: who may watch rules may not read secrets. */
const HIDDEN = 'not shown: the rule calls get_secret()';

interface Watched {
  /** The traces of a rule, with the time each ends. */
  readonly traces: Map<string, number>;
  second: number;
  samples: number;
}

/** What a sample is taken of. */
export interface Traceable {
  readonly rule: CompiledTopicRule;
  readonly message: BrokerMessage;
  readonly opened: RuleMessage;
  readonly environment: RuleEnvironment;
}

/** One message on its way through a rule that is watched. */
export interface RuleTrace {
  /** Takes note of an action that ended. */
  note(action: RuleSample['actions'][number]): void;
  /** Shows the sample. `result` is undefined when a look-up failed; `problem` says so. */
  end(result: RuleResult | undefined, problem?: string): void;
}

/** Samples live messages with what rules did, for those who watch. A rule nobody watches costs one comparison. */
@Injectable()
export class RuleTraces {
  private readonly watched = new Map<string, Watched>();

  constructor(
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Begins, prolongs or ends a trace in this process. */
  apply({ traceId, ruleName, expiresAt }: PayloadOf<typeof ruleTraceChanged>): void {
    const watched = this.watched.get(ruleName) ?? { traces: new Map(), second: 0, samples: 0 };
    watched.traces.set(traceId, expiresAt);
    this.watched.set(ruleName, watched);
    this.openTraces(ruleName);
  }

  /** A trace for a message, if the rule is watched and the message is one of those that are shown. */
  begin(subject: Traceable): RuleTrace | undefined {
    if (this.watched.size === 0) return undefined;
    const { ruleName } = subject.rule;
    const watched = this.watched.get(ruleName);
    if (watched === undefined || !this.mayShow(watched)) return undefined;
    const traceIds = this.openTraces(ruleName);
    if (traceIds.length === 0) return undefined;
    const actions: RuleSample['actions'] = [];
    const isSecret = readsSecrets(subject.rule);
    return {
      note: (action) => actions.push(isSecret && action.error !== undefined ? { ...action, error: HIDDEN } : action),
      end: (result, problem) => {
        this.show(traceIds, subject, actions, result, problem).catch((error: unknown) => {
          this.logger.warn('a sample of a rule did not reach who watches', { rule: ruleName, error: String(error) });
        });
      },
    };
  }

  private mayShow(watched: Watched): boolean {
    const second = Math.floor(this.clock.now() / 1000);
    if (watched.second !== second) {
      watched.second = second;
      watched.samples = 0;
    }
    return ++watched.samples <= SAMPLES_PER_SECOND;
  }

  /** The traces of a rule that have not ended; forgets those that have. */
  private openTraces(ruleName: string): string[] {
    const watched = this.watched.get(ruleName);
    if (watched === undefined) return [];
    const now = this.clock.now();
    for (const [traceId, expiresAt] of watched.traces) if (expiresAt <= now) watched.traces.delete(traceId);
    if (watched.traces.size === 0) this.watched.delete(ruleName);
    return [...watched.traces.keys()];
  }

  private async show(
    traceIds: string[],
    { rule, message, opened, environment }: Traceable,
    actions: RuleSample['actions'],
    result: RuleResult | undefined,
    problem: string | undefined,
  ): Promise<void> {
    const { statement } = rule;
    const isSecret = readsSecrets(rule);
    const isPure = statement.needs.length === 0;
    // A statement that looks outside is not run a second time to be explained: its look-ups may have effects.
    const explanation = isPure
      ? toExplanation(await explainRule(statement.sql, opened, environment, { sqlVersion: statement.sqlVersion }))
      : { summary: isSecret ? HIDDEN : (problem ?? summaryOf(result)), expressions: [] };
    const sample: RuleSample = {
      ruleName: rule.ruleName,
      mode: rule.isMuted ? 'SHADOW' : 'LIVE',
      message,
      passed: result?.matched ?? false,
      ...(result?.matched && !isSecret ? { output: toOutput(result) } : {}),
      explanation,
      actions,
    };
    await this.events.publish(ruleTraced, { traceIds, sample });
  }
}

/** Whether what a rule makes may hold a secret, as it is or in parts: nobody can tell where in it. */
function readsSecrets({ functions }: CompiledTopicRule): boolean {
  return functions.has('get_secret');
}

function toOutput({ output, value }: MatchedRule): NonNullable<RuleSample['output']> {
  return { ...(value === undefined ? {} : { value }), base64: Buffer.from(output).toString('base64') };
}

function summaryOf(result: RuleResult | undefined): string {
  if (result === undefined) return 'The statement gave no result';
  return result.matched ? 'The message passed' : result.explanation;
}
