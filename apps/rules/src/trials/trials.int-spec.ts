import {
  deleteTopicRule,
  getRuleMetrics,
  getTopicRule,
  listDeadLetters,
  replaceTopicRule,
  replayRule,
  type RuleSample,
  traceRule,
} from '#thingcore/contracts';
import { waitFor } from '#thingcore/testing';
import { aMessage, RulesService, textOf } from '../rules-service.fixture.js';

const TRACE_ID = '11111111-1111-4111-8111-111111111111';
const republish = (topic: string) => ({ republish: { topic } });

describe('trying rules before they are trusted', () => {
  let rules: RulesService;

  beforeAll(async () => {
    rules = await RulesService.start();
  });

  afterAll(async () => {
    await rules.stop();
  });

  beforeEach(() => {
    rules.forget();
    rules.onPublish = () => Promise.resolve();
  });

  const metricsOf = async (ruleName: string) =>
    (await rules.rpc.call(getRuleMetrics, { ruleNames: [ruleName] })).metrics[0]!;

  describe('mode SHADOW', () => {
    it('mutes the actions and counts what they would have done', async () => {
      await rules.createRule('draft', {
        sql: "SELECT n FROM 'draft' WHERE n > 1",
        mode: 'SHADOW',
        actions: [republish('never'), republish('never')],
      });
      await rules.send(...[1, 2, 3].map((n) => aMessage('draft', { n })), aMessage('draft', { n: 4 }, { qos: 0 }));
      await waitFor(async () => (await metricsOf('draft')).shadow.passed === 3, { what: 'the counts' });
      const { matched, passed, actions, shadow } = await metricsOf('draft');
      expect({ matched, passed, actions }).toEqual({ matched: 0, passed: 0, actions: [] });
      expect(shadow).toEqual({ matched: 4, passed: 3, failed: 0, actions: [{ action: 'republish', muted: 6 }] });
      expect(rules.published).toEqual([]);
    });

    it('runs a new version beside the live one, until a live document takes the place of both', async () => {
      const live = { sql: "SELECT n FROM 'both'", actions: [republish('live')] };
      await rules.createRule('both', live);
      const shadow = { sql: "SELECT n FROM 'both/new'", mode: 'SHADOW' as const, actions: [republish('new')] };
      await rules.rpc.call(replaceTopicRule, { ruleName: 'both', payload: shadow });
      expect(await rules.rpc.call(getTopicRule, { ruleName: 'both' })).toMatchObject({
        mode: 'LIVE',
        sql: live.sql,
        shadowVersion: { mode: 'SHADOW', sql: shadow.sql },
      });
      await rules.send(aMessage('both', { n: 1 }), aMessage('both/new', { n: 2 }));
      await waitFor(async () => (await metricsOf('both')).shadow.passed === 1, { what: 'the shadow version' });
      await waitFor(() => rules.published.length === 1, { what: 'the live version' });
      expect(rules.published).toMatchObject([{ topic: 'live' }]);

      await rules.rpc.call(replaceTopicRule, { ruleName: 'both', payload: { ...shadow, mode: 'LIVE' } });
      expect(await rules.rpc.call(getTopicRule, { ruleName: 'both' })).not.toHaveProperty('shadowVersion');
      await rules.send(aMessage('both/new', { n: 3 }));
      await waitFor(() => rules.published.length === 2, { what: 'the version that is live now' });
      expect(rules.published[1]).toMatchObject({ topic: 'new' });
    });
  });

  describe('the metrics of a rule', () => {
    it('say how many messages matched, passed and failed, and what the actions did', async () => {
      await rules.createRule('counted', {
        sql: "SELECT *, 1 AS one FROM 'counted' WHERE nanvl(n, 2) > 1",
        actions: [republish('out')],
      });
      const noJson = { payload: Buffer.from('no JSON').toString('base64') };
      await rules.send(...[1, 2, 3].map((n) => aMessage('counted', { n })), aMessage('counted', {}, noJson));
      await waitFor(() => rules.published.length === 2, { what: 'the actions' });
      await waitFor(async () => (await metricsOf('counted')).actions[0]?.succeeded === 2, { what: 'their counts' });
      expect(await metricsOf('counted')).toMatchObject({
        matched: 4,
        passed: 2,
        failed: [
          { clause: 'WHERE', reason: 'where', count: 1 },
          { clause: 'SELECT', reason: 'payload', count: 1 },
        ],
        actions: [{ action: 'republish', succeeded: 2, failed: 0, retried: 0, averageLatencyMs: expect.any(Number) }],
        deadLettered: 0,
      });
    });

    it('are zero for a rule that did nothing, and begin anew for one that was deleted', async () => {
      await rules.createRule('fresh', { sql: "SELECT * FROM 'fresh'", actions: [] });
      await rules.send(aMessage('fresh', {}));
      expect((await metricsOf('fresh')).matched).toBe(1);
      await rules.rpc.call(deleteTopicRule, { ruleName: 'fresh' });
      expect((await metricsOf('fresh')).matched).toBe(0);
    });
  });

  describe('Basic Ingest', () => {
    // AWS: "Basic Ingest": topic() does not show the prefix, and FROM may be left out.
    it('runs the rule that the topic names, which sees the topic without the prefix', async () => {
      await rules.createRule('direct', {
        sql: 'SELECT n, topic() AS t, topic(1) AS first',
        actions: [republish('out')],
      });
      await rules.createRule('everything', { sql: "SELECT * FROM '#'", actions: [republish('wrong')] });
      await rules.send(aMessage('$aws/rules/direct/hall/press-7', { n: 1 }));
      await waitFor(() => rules.published.length === 1, { what: 'the action' });
      expect(JSON.parse(textOf(rules.published[0]?.payload))).toEqual({ n: 1, t: 'hall/press-7', first: 'hall' });
      await rules.rpc.call(deleteTopicRule, { ruleName: 'everything' });
    });

    it('takes a message for an unknown rule and leaves nothing of it', async () => {
      await expect(rules.send(aMessage('$aws/rules/unknown/a', {}))).resolves.toBeUndefined();
      expect((await rules.rpc.call(listDeadLetters, { ruleName: 'unknown' })).deadLetters).toEqual([]);
    });
  });

  describe('a trace', () => {
    const trace = async (ruleName: string) => {
      const samples: RuleSample[] = [];
      await rules.rpc.call(traceRule, { traceId: TRACE_ID, ruleName, leaseMs: 60_000 });
      const events = rules.events as unknown as {
        publish: (event: unknown, payload: { sample: RuleSample }) => Promise<void>;
      };
      const publish = events.publish.bind(events);
      events.publish = (event, payload) => {
        if ('sample' in payload) samples.push(payload.sample);
        return publish(event, payload);
      };
      return samples;
    };

    it('shows live messages with the reason why they failed, or with what the actions did', async () => {
      await rules.createRule('watched', { sql: "SELECT n FROM 'watched' WHERE n > 1", actions: [republish('out')] });
      const samples = await trace('watched');
      await rules.send(aMessage('watched', { n: 1 }), aMessage('watched', { n: 2 }));
      await waitFor(() => samples.length === 2, { what: 'two samples' });
      const [failed, passed] = [...samples].sort((one, other) => Number(one.passed) - Number(other.passed));
      expect(failed).toMatchObject({
        ruleName: 'watched',
        mode: 'LIVE',
        passed: false,
        explanation: { summary: 'WHERE is not true: n > 1 is false, since n is 1' },
        actions: [],
      });
      expect(passed).toMatchObject({
        passed: true,
        output: { value: { n: 2 } },
        actions: [{ action: 'republish', outcome: 'DONE', tries: 1 }],
      });
      await rules.rpc.call(traceRule, { traceId: TRACE_ID, ruleName: 'watched', leaseMs: 0 });
    });

    it('refuses a rule that does not exist', async () => {
      const request = { traceId: TRACE_ID, ruleName: 'nowhere', leaseMs: 1000 };
      await expect(rules.rpc.call(traceRule, request)).rejects.toMatchObject({ code: 'ResourceNotFound' });
    });
  });

  describe('a replay of the recorded window', () => {
    it('tells what a rule, or another statement, gives, and runs nothing', async () => {
      await rules.createRule('past', { sql: "SELECT n FROM 'past/+' WHERE n > 1", actions: [republish('out')] });
      const from = Date.now() - 1000;
      await rules.send(...[1, 2, 3].map((n) => aMessage('past/x', { n })));
      await waitFor(() => rules.published.length === 2, { what: 'the live actions' });
      rules.forget();
      const range = { ruleName: 'past', from, to: Date.now() + 1000 };
      expect(await rules.rpc.call(replayRule, range)).toMatchObject({
        messages: 3,
        passed: 2,
        failed: [{ reason: 'where', count: 1 }],
        actions: [{ action: 'republish', count: 2 }],
        notRecorded: 0,
        samples: [{ passed: false }, { passed: true, output: { n: 2 } }, { passed: true, output: { n: 3 } }],
      });
      const draft = { ...range, sql: "SELECT n * 10 AS n FROM 'past/x' WHERE n < 3" };
      expect(await rules.rpc.call(replayRule, draft)).toMatchObject({
        messages: 3,
        passed: 2,
        samples: [{ output: { n: 10 } }, { output: { n: 20 } }, { passed: false }],
      });
      expect(rules.published).toEqual([]);
    });

    it('runs the actions when that is asked for', async () => {
      await rules.createRule('redo', { sql: "SELECT n FROM 'redo'", actions: [republish('out')] });
      const from = Date.now() - 1000;
      await rules.send(aMessage('redo', { n: 1 }));
      await waitFor(() => rules.published.length === 1, { what: 'the live action' });
      const range = { ruleName: 'redo', from, to: Date.now() + 1000 };
      await waitFor(
        async () => {
          await rules.rpc.call(replayRule, { ...range, runActions: true });
          return rules.published.length >= 2;
        },
        { what: 'the action to run again' },
      );
      await expect(
        rules.rpc.call(replayRule, { ...range, runActions: true, sql: "SELECT 1 AS x FROM 'redo'" }),
      ).rejects.toMatchObject({ code: 'InvalidRequest', details: { field: 'runActions' } });
    });
  });
});
