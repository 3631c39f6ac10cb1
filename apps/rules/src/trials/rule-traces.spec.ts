import type { BrokerMessage, RuleSample, TopicRulePayload } from '#thingcore/contracts';
import { Clock, Logger } from '#thingcore/platform';
import type { EventBus } from '#thingcore/transport';
import { openBrokerMessage } from '../delivery/open-broker-message.js';
import { compileTopicRule } from '../topic-rules/compile-topic-rule.js';
import { RuleTraces } from './rule-traces.js';

class FixedClock extends Clock {
  override now() {
    return 1_764_000_000_000;
  }
}

const message: BrokerMessage = {
  ...{ topic: 'a', payload: Buffer.from('{"n":1}').toString('base64'), qos: 1, retain: false, hops: 0, timestamp: 0 },
  messageId: 'm',
};

/** The sample of a rule that passed the message and whose action failed. */
async function sampleOf(sql: string): Promise<RuleSample> {
  const samples: RuleSample[] = [];
  const events = {
    publish: (_contract: unknown, { sample }: { sample: RuleSample }) => Promise.resolve(void samples.push(sample)),
  };
  const logger = Logger.create({ service: 'test', level: 'silent', format: 'json' });
  const traces = new RuleTraces(events as unknown as EventBus, new FixedClock(), logger);
  traces.apply({ traceId: 't', ruleName: 'r', expiresAt: 2_000_000_000_000 });
  const payload = { sql, awsIotSqlVersion: '2016-03-23', actions: [] } as unknown as TopicRulePayload;
  const rule = compileTopicRule('r', payload, []);
  const opened = openBrokerMessage(message);
  const environment = {
    ...{ timestamp: 0, accountId: '1', newUuid: () => 'u', random: () => 0 },
    functions: { get_secret: () => Promise.resolve({ secretString: 'hunter2' }) },
  };
  const result = await rule.statement.evaluate(opened, environment);
  const trace = traces.begin({ rule, message, opened, environment });
  trace?.note({ action: 'http', outcome: 'FAILED', tries: 3, ms: 1, error: 'https://host/?key=hunter2 is away' });
  trace?.end(result);
  await new Promise((resolve) => setImmediate(resolve));
  return samples[0]!;
}

describe('RuleTraces', () => {
  it('shows the result of a rule and the errors of its actions', async () => {
    const sample = await sampleOf("SELECT n FROM 'a'");
    expect(sample).toMatchObject({
      passed: true,
      output: { value: { n: 1 } },
      actions: [{ error: expect.stringContaining('hunter2') as string }],
    });
  });

  it('shows nothing that may hold what get_secret() answered', async () => {
    const sql = "SELECT get_secret('s', 'SecretString', 'arn:aws:iam::1:role/r') AS key FROM 'a'";
    const sample = await sampleOf(sql);
    expect(JSON.stringify(sample)).not.toContain('hunter2');
    expect(JSON.stringify(sample)).not.toContain(Buffer.from('hunter2').toString('base64').slice(0, 8));
    expect(sample).toMatchObject({
      passed: true,
      explanation: { summary: expect.stringContaining('get_secret') as string },
    });
    expect(sample.output).toBeUndefined();
  });
});
