import type { BrokerMessage } from '#thingcore/contracts';
import type { Logger } from '#thingcore/platform';
import type { RulesMetrics } from '../metrics/rules-metrics.js';
import type { CompiledTopicRule } from '../topic-rules/compile-topic-rule.js';
import type { RuleSet } from '../topic-rules/rule-set.js';
import type { Recorder } from '../trials/recorder.js';
import type { Deliveries } from './deliveries.js';
import type { InboxIntake } from './inbox-intake.js';
import { MessageIntake } from './message-intake.js';
import type { RuleEvaluator } from './rule-evaluator.js';

const RULE = { ruleName: 'all', isMuted: false } as CompiledTopicRule;
const MESSAGE = { topic: 'a', payload: '', qos: 1, hops: 0, messageId: 'm' } as BrokerMessage;

/** An intake over a set of rules that has none until `isLoaded`, and what it has evaluated. */
function intakeOver(rules: Pick<RuleSet, 'match' | 'refresh'>) {
  const evaluated: unknown[] = [];
  const evaluator: Pick<RuleEvaluator, 'evaluate'> = {
    evaluate: (items) => {
      evaluated.push(...items);
      return Promise.resolve({ hits: [], postponed: [] });
    },
  };
  const deliveries: Pick<Deliveries, 'waitForRoom' | 'start'> = {
    waitForRoom: () => Promise.resolve(),
    start: () => undefined,
  };
  const intake = new MessageIntake(
    rules as RuleSet,
    evaluator as RuleEvaluator,
    {} as InboxIntake,
    deliveries as Deliveries,
    { record: () => undefined } as unknown as Recorder,
    { matched: { inc: () => undefined } } as unknown as RulesMetrics,
    {} as Logger,
  );
  return { intake, evaluated };
}

describe('MessageIntake', () => {
  // A process that starts gets messages while it still loads its rules: none of them may count as unwanted.
  it('takes a message for a rule that somebody else has loaded while it asked whether there are new ones', async () => {
    let isLoaded = false;
    const { intake, evaluated } = intakeOver({
      match: () => (isLoaded ? [RULE] : []),
      refresh: () => {
        isLoaded = true;
        return Promise.resolve(false);
      },
    });
    await intake.take([MESSAGE]);
    expect(evaluated).toEqual([{ message: MESSAGE, rules: [RULE] }]);
  });
});
