import { IotError, type JsonObject } from '#thingcore/errors';
import { Clock, Logger, Metrics } from '#thingcore/platform';
import { compileRule } from '#thingcore/rules-sql';
import type { ActionInput, CompiledAction } from '../actions/action.js';
import { RulesMetrics } from '../rules-metrics.js';
import { ActionRunner } from './action-runner.js';
import { openBrokerMessage } from './open-broker-message.js';
import type { Hit } from './rule-evaluator.js';

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

async function run(
  actions: FakeAction[],
  errorAction?: FakeAction,
  more: { signal?: AbortSignal; sourceIp?: string } = {},
) {
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
  const rule = { ruleName: 'r', topicFilter: 'a/b', statement, actions, errorAction };
  const hit: Hit = { rule, message, opened, environment, result };
  const runner = new ActionRunner(
    new RulesMetrics(new Metrics()),
    Logger.create({ service: 'test', level: 'silent', format: 'json' }),
    new FixedClock(),
    { sleep: () => Promise.resolve(), random: () => 0 },
  );
  return { outcome: await runner.run(hit, more.signal ?? new AbortController().signal), message };
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
    expect(outcome).toEqual([letter, letter]);
  });

  it('leaves dead letters for all failures when the error action fails too', async () => {
    const { outcome } = await run(
      [new FakeAction('one', [wrong()])],
      new FakeAction('errors', [away(), away(), new IotError('ServiceUnavailable', 'still away')]),
    );
    expect(outcome).toMatchObject([{ error: 'wrong' }, { error: 'still away' }]);
  });

  it('is interrupted, and asks no error action, when the process stops', async () => {
    const errorAction = new FakeAction('errors');
    const signal = AbortSignal.abort();
    const { outcome } = await run([new FakeAction('one', [away()]), new FakeAction('two')], errorAction, { signal });
    expect(outcome).toBe('interrupted');
    expect(errorAction.inputs).toEqual([]);
  });
});
