import { IotError } from '#thingcore/errors';
import { Clock, Logger, Metrics } from '#thingcore/platform';
import { compileRule } from '#thingcore/rules-sql';
import type { ActionFailures, ActionInput, CompiledAction } from '../actions/action.js';
import { RulesMetrics } from '../metrics/rules-metrics.js';
import { ActionAttempts } from './action-attempts.js';
import { ActionRunner } from './action-runner.js';
import { openBrokerMessage } from './open-broker-message.js';
import type { Hit, RuleEvaluator } from './rule-evaluator.js';

class FixedClock extends Clock {
  override now() {
    return 1_764_000_000_000;
  }
}

/** An action for messages together, of which those with these numbers fail at the first try. */
class TogetherAction implements CompiledAction {
  readonly key = 'fake';
  readonly failedAction = 'FakeAction';
  readonly batches: unknown[][] = [];
  readonly alone: unknown[] = [];

  constructor(
    readonly resource: string,
    private readonly failing: ReadonlyMap<number, Error> = new Map(),
    private readonly problem?: Error,
  ) {}

  executeAll(inputs: readonly ActionInput[]): Promise<ActionFailures> {
    this.batches.push(inputs.map(({ output }) => output.value));
    if (this.problem !== undefined) throw this.problem;
    const failed = inputs.flatMap((input): [ActionInput, Error][] => {
      const error = this.failing.get((input.output.value as { n: number }).n);
      return error === undefined ? [] : [[input, error]];
    });
    return Promise.resolve(new Map(failed));
  }

  execute({ output }: ActionInput): Promise<void> {
    this.alone.push(output.value);
    return Promise.resolve();
  }
}

const away = new IotError('ServiceUnavailable', 'away');
const wrong = new IotError('InvalidRequest', 'wrong');

function hitsOf(actions: readonly CompiledAction[], count: number): Hit[] {
  const statement = compileRule("SELECT n FROM 'a'");
  const functions = new Set<never>();
  const rule = { ...{ ruleName: 'r', topicFilter: 'a', isMuted: false, statement, actions }, functions };
  const environment = { timestamp: 0, accountId: '1', newUuid: () => 'u', random: () => 0 };
  return Array.from({ length: count }, (_, n) => {
    const payload = Buffer.from(JSON.stringify({ n })).toString('base64');
    const message = { topic: 'a', payload, qos: 1 as const, retain: false, hops: 0, timestamp: 0, messageId: `m${n}` };
    const opened = openBrokerMessage(message);
    const result = statement.evaluate(opened, environment);
    if (result instanceof Promise || !result.matched) throw new Error('the rule must match at once');
    return { rule: { ...rule, errorAction: undefined }, message, opened, environment, result };
  });
}

async function run(actions: readonly CompiledAction[], count: number) {
  const metrics = new Metrics();
  const rulesMetrics = new RulesMetrics(metrics);
  const logger = Logger.create({ service: 'test', level: 'silent', format: 'json' });
  const tools = { sleep: () => Promise.resolve(), random: () => 0 };
  const attempts = new ActionAttempts(rulesMetrics, logger, tools);
  const runner = new ActionRunner({} as RuleEvaluator, attempts, rulesMetrics, logger, new FixedClock(), tools);
  const hits = hitsOf(actions, count);
  expect(hits.every((hit) => runner.runsTogether(hit))).toBe(true);
  const outcomes = await runner.runTogether(hits, new AbortController().signal);
  const settled = await Promise.all(outcomes.map(async (outcome) => outcome));
  return { atOnce: outcomes.map((outcome) => outcome === 'done'), settled, text: await metrics.registry.metrics() };
}

describe('ActionRunner, for messages of a rule that come together', () => {
  it('runs each action once for all of them', async () => {
    const actions = [new TogetherAction('one'), new TogetherAction('two')];
    const { settled, text } = await run(actions, 3);
    expect(settled).toEqual(['done', 'done', 'done']);
    expect(actions.map(({ batches }) => batches)).toEqual(actions.map(() => [[{ n: 0 }, { n: 1 }, { n: 2 }]]));
    expect(text).toContain('thingcore_rules_actions_succeeded_total{rule="r",action="fake"} 6');
    expect(text).toContain('thingcore_rules_action_duration_seconds_count{action="fake"} 6');
  });

  it('tries what failed again by itself, and has the others done meanwhile', async () => {
    const action = new TogetherAction('one', new Map([[1, away]]));
    const { atOnce, settled } = await run([action], 3);
    expect(atOnce).toEqual([true, false, true]);
    expect(settled[1]).toEqual([]);
    expect(action.alone).toEqual([{ n: 1 }]);
  });

  it('makes a dead letter of what failed for good', async () => {
    const { settled, text } = await run([new TogetherAction('one', new Map([[2, wrong]]))], 3);
    expect(settled).toMatchObject(['done', 'done', [{ ruleName: 'r', action: 'fake', error: 'wrong' }]]);
    expect(text).toContain('thingcore_rules_dead_letters_total{rule="r",action="fake"} 1');
  });

  it('takes an action that throws for one that failed for each of them', async () => {
    const action = new TogetherAction('one', new Map(), away);
    const { settled } = await run([action], 2);
    expect(settled).toEqual([[], []]);
    expect(action.alone).toEqual([{ n: 0 }, { n: 1 }]);
  });

  it('leaves alone what has to be run by itself', () => {
    const rulesMetrics = new RulesMetrics(new Metrics());
    const logger = Logger.create({ service: 'test', level: 'silent', format: 'json' });
    const tools = { sleep: () => Promise.resolve(), random: () => 0 };
    const attempts = new ActionAttempts(rulesMetrics, logger, tools);
    const runner = new ActionRunner({} as RuleEvaluator, attempts, rulesMetrics, logger, new FixedClock(), tools);
    const [hit] = hitsOf([new TogetherAction('one')], 1);
    const [plain] = hitsOf([{ ...new TogetherAction('one'), execute: () => Promise.resolve() }], 1);
    expect(runner.runsTogether({ ...hit!, result: undefined })).toBe(false);
    expect(runner.runsTogether({ ...hit!, only: [0] })).toBe(false);
    expect(runner.runsTogether({ ...hit!, trace: { note: () => undefined, end: () => undefined } })).toBe(false);
    expect(runner.runsTogether(plain!)).toBe(false);
  });
});
