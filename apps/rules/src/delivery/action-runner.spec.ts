import { IotError, type JsonObject } from '#thingcore/errors';
import { Clock, Logger, Metrics } from '#thingcore/platform';
import { compileRule, type MatchedRule } from '#thingcore/rules-sql';
import type { ActionInput, CompiledAction } from '../actions/action.js';
import { RulesMetrics } from '../metrics/rules-metrics.js';
import { ActionAttempts } from './action-attempts.js';
import { ActionRunner } from './action-runner.js';
import { openBrokerMessage } from './open-broker-message.js';
import type { Hit, RuleEvaluator } from './rule-evaluator.js';

const NOW = 1_764_000_000_000;
class FixedClock extends Clock {
  override now() {
    return NOW;
  }
}

/** An action that fails with these errors, one a try, and then succeeds. */
class FakeAction implements CompiledAction {
  readonly key = 'fake';
  readonly failedAction = 'FakeAction';
  readonly inputs: ActionInput[] = [];

  constructor(
    readonly resource: string,
    private readonly errors: Error[] = [],
  ) {}

  execute(input: ActionInput): Promise<void> {
    this.inputs.push(input);
    const error = this.errors.shift();
    return error === undefined ? Promise.resolve() : Promise.reject(error);
  }
}

const away = () => new IotError('ServiceUnavailable', 'away');
const wrong = (resource?: string) =>
  new IotError('InvalidRequest', 'wrong', resource === undefined ? {} : { details: { resource } });

interface Options {
  signal?: AbortSignal;
  only?: number[];
  isMuted?: boolean;
  sourceIp?: string;
  /** How the evaluation of a statement that looks outside ends, one try after the other; left out for any other. */
  evaluations?: (MatchedRule | undefined | Error)[];
}

async function run(actions: FakeAction[], errorAction?: FakeAction, more: Options = {}) {
  const message = {
    topic: 'a/b',
    payload: Buffer.from('{"n":1}').toString('base64'),
    qos: 1 as const,
    retain: false,
    clientId: 'press-7',
    ...(more.sourceIp === undefined ? {} : { sourceIp: more.sourceIp }),
    hops: 3,
    timestamp: NOW,
    messageId: 'trace-1',
  };
  const environment = { timestamp: NOW, accountId: '1', newUuid: () => 'u', random: () => 0 };
  const statement = compileRule("SELECT n + 1 AS m FROM 'a/b'");
  const opened = openBrokerMessage(message);
  const result = await statement.evaluate(opened, environment);
  if (!result.matched) throw new Error('the rule must match');
  const functions = new Set<never>();
  const rule = {
    ruleName: 'r',
    topicFilter: 'a/b',
    isMuted: more.isMuted ?? false,
    statement,
    actions,
    errorAction,
    functions,
  };
  const { evaluations } = more;
  const hit: Hit = {
    rule,
    message,
    opened,
    environment,
    result: evaluations === undefined ? result : undefined,
    only: more.only,
  };
  const complete = () => {
    const outcome = evaluations?.shift();
    return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
  };
  const metrics = new Metrics();
  const rulesMetrics = new RulesMetrics(metrics);
  const logger = Logger.create({ service: 'test', level: 'silent', format: 'json' });
  const tools = { sleep: () => Promise.resolve(), random: () => 0 };
  const runner = new ActionRunner(
    { complete } as unknown as RuleEvaluator,
    new ActionAttempts(rulesMetrics, logger, tools),
    rulesMetrics,
    logger,
    new FixedClock(),
    tools,
  );
  const outcome = await runner.run(hit, more.signal ?? new AbortController().signal);
  return { outcome, message, result, metrics: await metrics.registry.metrics() };
}

describe('ActionRunner', () => {
  it('gives every action the same result of SELECT', async () => {
    const actions = [new FakeAction('one'), new FakeAction('two')];
    expect((await run(actions)).outcome).toEqual([]);
    expect(actions.map(({ inputs }) => inputs[0]?.output.value)).toEqual([{ m: 2 }, { m: 2 }]);
    expect(actions[0]?.inputs[0]).toMatchObject({ hops: 3 });
  });

  it('runs each action whatever becomes of the others, and tries again only the one that failed', async () => {
    const actions = [
      new FakeAction('one', [wrong()]),
      new FakeAction('two', [away(), away()]),
      new FakeAction('three'),
    ];
    await run(actions);
    expect(actions.map(({ inputs }) => inputs.length)).toEqual([1, 3, 1]);
  });

  // AWS: "Error handling (error action)"
  it('gives the error action one message with all failures', async () => {
    const errorAction = new FakeAction('errors');
    const actions = [
      new FakeAction('one', [wrong('one/p1')]),
      new FakeAction('two'),
      new FakeAction('three', [wrong()]),
    ];
    const { outcome, message } = await run(actions, errorAction, { sourceIp: '192.0.2.7' });
    expect(outcome).toEqual([]);
    expect(errorAction.inputs).toHaveLength(1);
    const document: JsonObject = {
      ruleName: 'r',
      topic: 'a/b',
      cloudwatchTraceId: 'trace-1',
      clientId: 'press-7',
      sourceIp: '192.0.2.7',
      base64OriginalPayload: message.payload,
      failures: [
        { failedAction: 'FakeAction', failedResource: 'one/p1', errorMessage: 'wrong' },
        { failedAction: 'FakeAction', failedResource: 'three', errorMessage: 'wrong' },
      ],
    };
    const output = errorAction.inputs[0]?.output;
    expect(output?.value).toEqual(document);
    expect(JSON.parse(Buffer.from(output?.bytes ?? []).toString())).toEqual(document);
    expect(errorAction.inputs[0]?.message.topic).toBe('a/b');
  });

  it('says nothing of a source address that is not known', async () => {
    const errorAction = new FakeAction('errors');
    await run([new FakeAction('one', [wrong()])], errorAction);
    expect(errorAction.inputs[0]?.output.value).not.toHaveProperty('sourceIp');
  });

  it('leaves a dead letter for each failure when there is no error action', async () => {
    const { outcome, message } = await run([
      new FakeAction('one', [wrong()]),
      new FakeAction('two'),
      new FakeAction('three', [wrong()]),
    ]);
    const letter = { ruleName: 'r', action: 'fake', error: 'wrong', message, failedAt: new Date(NOW) };
    expect(outcome).toEqual([
      { ...letter, actionIndex: 0 },
      { ...letter, actionIndex: 2 },
    ]);
  });

  it('leaves dead letters that say so when the error action fails too', async () => {
    const { outcome } = await run(
      [new FakeAction('one', [wrong()])],
      new FakeAction('errors', [away(), away(), new IotError('ServiceUnavailable', 'still away')]),
    );
    expect(outcome).toMatchObject([{ error: 'wrong; the error action failed too: still away' }]);
  });

  it('runs only the actions whose dead letters are replayed', async () => {
    const actions = [new FakeAction('one'), new FakeAction('two'), new FakeAction('three')];
    await run(actions, undefined, { only: [1] });
    expect(actions.map(({ inputs }) => inputs.length)).toEqual([0, 1, 0]);
  });

  it('runs no action in mode SHADOW and counts those it would have run', async () => {
    const actions = [new FakeAction('one'), new FakeAction('two')];
    const { outcome, metrics } = await run(actions, undefined, { isMuted: true });
    expect(outcome).toEqual([]);
    expect(actions.map(({ inputs }) => inputs.length)).toEqual([0, 0]);
    expect(metrics).toContain('thingcore_rules_shadow_actions_total{rule="r",action="fake"} 2');
    expect(metrics).not.toContain('thingcore_rules_actions_succeeded_total{');
  });

  it('is interrupted, and asks no error action, when the process stops', async () => {
    const errorAction = new FakeAction('errors');
    const signal = AbortSignal.abort();
    const { outcome } = await run([new FakeAction('one', [away()]), new FakeAction('two')], errorAction, { signal });
    expect(outcome).toBe('interrupted');
    expect(errorAction.inputs).toEqual([]);
  });

  describe('with a statement that looks outside', () => {
    const looked = { matched: true, output: Buffer.from('{"s":1}'), value: { s: 1 } } as unknown as MatchedRule;

    it('evaluates it first, and again when a look-up failed that may succeed', async () => {
      const action = new FakeAction('one');
      const { outcome } = await run([action], undefined, { evaluations: [away(), looked] });
      expect(outcome).toEqual([]);
      expect(action.inputs.map(({ output }) => output.value)).toEqual([{ s: 1 }]);
    });

    it('does nothing when its WHERE is not true', async () => {
      const action = new FakeAction('one');
      expect((await run([action], undefined, { evaluations: [undefined] })).outcome).toEqual([]);
      expect(action.inputs).toEqual([]);
    });

    it('leaves a dead letter, and runs no action, when a look-up fails for good', async () => {
      const [action, errorAction] = [new FakeAction('one'), new FakeAction('errors')];
      const { outcome, message } = await run([action], errorAction, { evaluations: [wrong()] });
      expect(outcome).toEqual([{ ruleName: 'r', action: 'sql', error: 'wrong', message, failedAt: new Date(NOW) }]);
      expect([...action.inputs, ...errorAction.inputs]).toEqual([]);
    });
  });

  it('counts what actions did, and how often they were tried again', async () => {
    const actions = [new FakeAction('one', [away(), away()]), new FakeAction('two', [wrong()])];
    const { metrics } = await run(actions, new FakeAction('errors'));
    expect(metrics).toContain('thingcore_rules_actions_succeeded_total{rule="r",action="fake"} 2');
    expect(metrics).toContain('thingcore_rules_actions_failed_total{rule="r",action="fake"} 1');
    expect(metrics).toContain('thingcore_rules_action_retries_total{rule="r",action="fake"} 2');
    expect(metrics).toContain('thingcore_rules_action_duration_seconds_count{action="fake"} 3');
    expect(metrics).toContain('thingcore_rules_error_actions_total{rule="r",outcome="success"} 1');
  });
});
