import {
  brokerNodeStarted,
  deleteTopicRule,
  getTopicRule,
  listTopicRules,
  messageMatched,
  replaceTopicRule,
  type RequestOf,
} from '#thingcore/contracts';
import { waitFor } from '#thingcore/testing';
import { aMessage, bytesOf } from '../rules-service.fixture.js';
import { aRule, Broker, insert, republish, RulesSuite } from '../rules-suite.fixture.js';

let suite: RulesSuite;

beforeAll(async () => {
  suite = await RulesSuite.open();
});

afterAll(() => suite.close());

beforeEach(() => suite.reset());

describe('rules', () => {
  it('stores a rule with its ARN and tells the broker the filters before it answers', async () => {
    const before = Broker.filters.at(-1)?.revision ?? 0;
    const rule = await suite.create('hot', aRule("SELECT * FROM 'plant/+/temp'", [republish('alerts')]));
    expect(rule).toMatchObject({
      ruleName: 'hot',
      ruleArn: 'arn:aws:iot:us-east-1:123456789012:rule/hot',
      topicPattern: 'plant/+/temp',
      ruleDisabled: false,
      description: '',
      actions: [republish('alerts')],
    });
    expect(Math.abs(rule.createdAt - Date.now())).toBeLessThan(60_000);
    expect(Broker.filters.at(-1)?.filters).toEqual(['plant/+/temp']);
    expect(Broker.filters.at(-1)?.revision).toBeGreaterThan(before);
    expect(await suite.rpc.call(getTopicRule, { ruleName: 'hot' })).toEqual(rule);
    expect(await suite.rpc.call(listTopicRules, {})).toEqual({ rules: [rule] });
  });

  it('names each filter of the enabled rules once', async () => {
    await suite.create('one', aRule("SELECT * FROM 'a/b'", []));
    await suite.create('two', aRule("SELECT * FROM 'a/b'", []));
    await suite.create('three', aRule("SELECT * FROM 'c/#'", []));
    await suite.create('off', aRule("SELECT * FROM 'never'", [], { ruleDisabled: true }));
    expect(Broker.lastFilters).toEqual(['a/b', 'c/#']);
  });

  it('lists them by name, topic and whether they are in force', async () => {
    await suite.create('plant_temp', aRule("SELECT * FROM 'plant/+/temp'", []));
    await suite.create('plant_all', aRule("SELECT * FROM 'plant/#'", [], { ruleDisabled: true }));
    await suite.create('silent', aRule('SELECT 1', []));
    const names = async (filter: RequestOf<typeof listTopicRules>) =>
      (await suite.rpc.call(listTopicRules, filter)).rules.map(({ ruleName }) => ruleName);
    expect(await names({ namePrefix: 'plant_' })).toEqual(['plant_all', 'plant_temp']);
    expect(await names({ topic: 'plant/7/temp' })).toEqual(['plant_all', 'plant_temp']);
    expect(await names({ topic: 'plant/7/humidity' })).toEqual(['plant_all']);
    expect(await names({ topic: 'plant/7/temp', ruleDisabled: false })).toEqual(['plant_temp']);
  });

  it('refuses a name that is taken', async () => {
    await suite.create('hot', aRule("SELECT * FROM 'a'", []));
    await expect(suite.create('hot', aRule("SELECT * FROM 'b'", []))).rejects.toMatchObject({
      code: 'ResourceAlreadyExists',
      details: { resourceId: 'hot', resourceArn: 'arn:aws:iot:us-east-1:123456789012:rule/hot' },
    });
    expect(Broker.lastFilters).toEqual(['a']);
  });

  it('stores nothing of a rule that has a fault anywhere', async () => {
    const pushes = Broker.filters.length;
    const faulty = aRule("SELECT * FROM 'a'", [republish('b')], { errorAction: { openSearch: { index: 'b' } } });
    await expect(suite.create('hot', faulty)).rejects.toMatchObject({ code: 'NotImplemented' });
    await expect(suite.rpc.call(getTopicRule, { ruleName: 'hot' })).rejects.toMatchObject({ code: 'ResourceNotFound' });
    expect(Broker.filters).toHaveLength(pushes);
  });

  it('replaces the whole document and keeps the ARN and the date', async () => {
    const first = await suite.create('hot', aRule("SELECT * FROM 'a'", [republish('b')], { description: 'old' }));
    const second = await suite.rpc.call(replaceTopicRule, {
      ruleName: 'hot',
      payload: aRule("SELECT x FROM 'c'", [republish('d')]),
    });
    expect(second).toMatchObject({ topicPattern: 'c', description: '', actions: [republish('d')] });
    expect([second.ruleArn, second.createdAt]).toEqual([first.ruleArn, first.createdAt]);
    await suite.send(aMessage('c', { x: 1, y: 2 }));
    await waitFor(() => Broker.published.length === 1, { what: 'the new action' });
    expect(Broker.published[0]).toMatchObject({ topic: 'd', payload: bytesOf({ x: 1 }) });
    expect(Broker.lastFilters).toEqual(['c']);
  });

  it('deletes a rule and takes its filter from the broker', async () => {
    await suite.create('hot', aRule("SELECT * FROM 'a'", []));
    await suite.rpc.call(deleteTopicRule, { ruleName: 'hot' });
    expect(Broker.filters.at(-1)?.filters).toEqual([]);
  });

  it.each([
    [
      'replacing',
      () => suite.rpc.call(replaceTopicRule, { ruleName: 'none', payload: aRule("SELECT * FROM 'a'", []) }),
    ],
    ['deleting', () => suite.rpc.call(deleteTopicRule, { ruleName: 'none' })],
    ['getting', () => suite.rpc.call(getTopicRule, { ruleName: 'none' })],
  ])('answers ResourceNotFound to %s a rule that does not exist', async (_name, call) => {
    await expect(call()).rejects.toMatchObject({ code: 'ResourceNotFound', details: { resourceId: 'none' } });
  });

  it('refuses the action postgresql without a database and names the setting', async () => {
    await suite.startAlone({ postgresqlUrl: undefined });
    const creation = suite.create('store', aRule("SELECT * FROM 'a'", [insert('readings')]));
    await expect(creation).rejects.toThrow(/THINGCORE_RULES_POSTGRESQL_URL/);
  });
});

describe('a rule whose SQL holds U+0000', () => {
  it('gets a muted version beside it, and another in its place', async () => {
    const sql = "SELECT 'a\0b' AS x FROM 'a'";
    await suite.create('odd', aRule(sql, [republish('b')]));
    const replace = (mode: 'SHADOW' | 'LIVE') =>
      suite.rpc.call(replaceTopicRule, { ruleName: 'odd', payload: aRule(sql, [republish('c')], { mode }) });
    expect(await replace('SHADOW')).toMatchObject({ mode: 'LIVE', shadowVersion: { mode: 'SHADOW', sql } });
    const live = await replace('LIVE');
    expect(live).toMatchObject({ mode: 'LIVE', actions: [republish('c')] });
    expect(live.shadowVersion).toBeUndefined();
  });
});

describe('the filters at the broker', () => {
  it('are there after the start', async () => {
    await suite.create('hot', aRule("SELECT * FROM 'a'", []));
    await suite.stopAll();
    Broker.filters = [];
    await suite.start();
    expect(Broker.lastFilters).toEqual(['a']);
  });

  it('come later when the broker is away, and the rule is stored all the same', async () => {
    Broker.refusedPushes = 3;
    await suite.create('hot', aRule("SELECT * FROM 'a'", []));
    expect(Broker.lastFilters).toEqual([]);
    await waitFor(() => Broker.lastFilters.length === 1, { what: 'the filters to reach the broker' });
  });

  it('come again when a node of the broker starts', async () => {
    await suite.create('hot', aRule("SELECT * FROM 'a'", []));
    const pushes = Broker.filters.length;
    await suite.events.publish(brokerNodeStarted, { nodeId: 'n2' });
    expect(Broker.filters).toHaveLength(pushes + 1);
    expect(Broker.lastFilters).toEqual(['a']);
  });
});

describe('a replica that missed the news of a rule', () => {
  it('acts on the first message for it', async () => {
    await suite.startAlone({ leaseMs: 3_600_000 });
    const late = suite.events;
    await suite.start(); // has a transport of its own, so the first hears nothing
    await suite.create('hot', aRule("SELECT * FROM 'a'", [republish('b')]));
    await late.publish(messageMatched, { messages: [aMessage('a', {})] });
    await waitFor(() => Broker.published.length === 1, { what: 'the republished message' });
  });
});
