import { deleteTopicRule } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { RandomIdGenerator } from '#thingcore/platform';
import { waitFor } from '#thingcore/testing';
import { DataSource } from 'typeorm';
import { aMessage, bytesOf, textOf } from '../rules-service.fixture.js';
import { aRule, Broker, insert, republish, RulesSuite, Shadows } from '../rules-suite.fixture.js';
import { InboxStore } from './inbox.store.js';
import { StoredBounds } from './stored-bounds.js';

const ids = new RandomIdGenerator();
let suite: RulesSuite;

beforeAll(async () => {
  suite = await RulesSuite.open();
});

afterAll(() => suite.close());

beforeEach(() => suite.reset());

describe('republish', () => {
  it('publishes the result of SELECT to the topic of the template with one hop more', async () => {
    const sql = "SELECT temp, topic(2) AS device FROM 'plant/+/temp' WHERE temp > 90";
    await suite.create('hot', aRule(sql, [republish('alerts/${topic(2)}', { qos: 1 })]));
    await suite.send(
      aMessage('plant/p1/temp', { temp: 91, x: 1 }, { hops: 2 }),
      aMessage('plant/p2/temp', { temp: 20 }),
      aMessage('plant/p3/temp', { temp: 99 }, { qos: 0 }),
    );
    await waitFor(() => Broker.published.length === 2, { what: 'two alerts' });
    const byTopic = Object.fromEntries(Broker.published.map((message) => [message.topic, message]));
    expect(byTopic['alerts/p1']).toMatchObject({ qos: 1, hops: 3, payload: bytesOf({ temp: 91, device: 'p1' }) });
    expect(byTopic['alerts/p3']).toMatchObject({ hops: 1, payload: bytesOf({ temp: 99, device: 'p3' }) });
    await suite.emptyInbox();
  });

  it('ends a loop at the tenth hop with a dead letter that names it', async () => {
    await suite.create('loop', aRule("SELECT * FROM 'a'", [republish('a')]));
    await suite.send(aMessage('a', {}, { hops: 10 }));
    await waitFor(async () => (await suite.deadLetters()).length === 1, { what: 'the dead letter' });
    expect((await suite.deadLetters())[0]?.error).toMatch(/republished 10 times already.*loop/);
    expect(Broker.published).toEqual([]);
  });

  it('is tried again when the broker is away for a moment', async () => {
    await suite.create('hot', aRule("SELECT * FROM 'a'", [republish('b')]));
    let failures = 1;
    Broker.onPublish = () => {
      if (failures-- > 0) throw new IotError('ServiceUnavailable', 'the broker is away');
      return Promise.resolve();
    };
    await suite.send(aMessage('a', {}));
    await waitFor(() => Broker.published.length === 1, { what: 'the second try' });
    await suite.emptyInbox();
    expect(await suite.deadLetters()).toEqual([]);
  });
});

describe('the error action', () => {
  // AWS: "Error handling (error action)"
  it('gets one message with all failures of a rule', async () => {
    const actions = [insert('nowhere'), republish('fine'), insert('elsewhere')];
    await suite.create(
      'store',
      aRule("SELECT n FROM 'a/b'", actions, { errorAction: republish('errors/${topic(1)}') }),
    );
    const message = aMessage('a/b', { n: 1, extra: true }, { sourceIp: '192.0.2.7' });
    await suite.send(message);
    await waitFor(() => Broker.published.length === 2, { what: 'the other action and the error message' });
    await suite.emptyInbox();
    expect(Broker.published.map(({ topic }) => topic).sort()).toEqual(['errors/a', 'fine']);
    const error = Broker.published.find(({ topic }) => topic === 'errors/a');
    expect(JSON.parse(textOf(error?.payload ?? ''))).toEqual({
      ruleName: 'store',
      topic: 'a/b',
      cloudwatchTraceId: message.messageId,
      clientId: 'press-7',
      sourceIp: '192.0.2.7',
      base64OriginalPayload: message.payload,
      failures: ['nowhere', 'elsewhere'].map((table) => ({
        failedAction: 'PostgresqlAction',
        failedResource: table,
        errorMessage: `PostgreSQL refused the row: relation "${table}" does not exist`,
      })),
    });
    expect(await suite.deadLetters()).toEqual([]);
  });

  it('leaves a dead letter with both reasons when it fails too', async () => {
    const payload = aRule("SELECT n FROM 'a'", [insert('nowhere')], { errorAction: insert('errors') });
    await suite.create('store', payload);
    const message = aMessage('a', { n: 1 });
    await suite.send(message);
    await waitFor(async () => (await suite.deadLetters()).length === 1, { what: 'a dead letter' });
    const letters = await suite.deadLetters();
    expect(letters[0]?.error).toMatch(/relation "nowhere".*the error action failed too.*relation "errors"/);
    expect(letters[0]?.message).toEqual(message);
    await suite.emptyInbox();
  });
});

describe('the inbox', () => {
  it('holds a message of QoS 1 when the event is handled and until its actions have ended', async () => {
    await suite.create('hot', aRule("SELECT * FROM 'a'", [republish('b')]));
    const held: (() => void)[] = [];
    Broker.onPublish = () => new Promise((resolve) => held.push(resolve));
    await suite.send(aMessage('a', {}), aMessage('a', {}, { qos: 0 }));
    await waitFor(() => held.length === 2, { what: 'both actions to begin' });
    expect(await suite.inbox()).toEqual([{ claimed_by: expect.any(String) }]);
    for (const release of held) release();
    await suite.emptyInbox();
  });

  it('does not store what WHERE keeps out', async () => {
    await suite.create('hot', aRule("SELECT * FROM 'a' WHERE n > 5", [republish('b')]));
    Broker.onPublish = () => new Promise(() => undefined);
    await suite.send(aMessage('a', { n: 1 }));
    expect(await suite.inbox()).toEqual([]);
  });

  it('acts once on an event that comes twice', async () => {
    await suite.create('hot', aRule("SELECT * FROM 'a'", [republish('b')]));
    let release: () => void = () => undefined;
    Broker.onPublish = () => new Promise((resolve) => (release = resolve));
    const message = aMessage('a', {});
    await suite.send(message);
    await suite.send(message);
    release();
    await suite.emptyInbox();
    expect(Broker.published).toHaveLength(1);
  });

  it('takes up what the database gave it without its knowing: the connection broke before the answer', async () => {
    await suite.create('hot', aRule("SELECT n FROM 'a'", [republish('b')]));
    const entry = { ruleName: 'hot', message: aMessage('a', { n: 1 }), isClaimed: true };
    await suite.get(InboxStore).insert([entry]);
    await suite.send(entry.message);
    await suite.emptyInbox();
    expect(Broker.published).toMatchObject([{ topic: 'b', payload: bytesOf({ n: 1 }) }]);
  });

  it('removes what is done without waiting for the disk, for which everything else does wait', async () => {
    const extra = { max: 1, options: '-c search_path=rules -c synchronous_commit=on' };
    const oneConnection = await new DataSource({ ...suite.dataSource.options, extra }).initialize();
    try {
      const inbox = new InboxStore(oneConnection, ids);
      const stored = await inbox.insert([{ ruleName: 'hot', message: aMessage('a', { n: 1 }), isClaimed: true }]);
      await inbox.finish(stored.map((id) => ({ id, deadLetters: [] })));
      expect(await suite.inbox()).toEqual([]);
      expect(await oneConnection.query('SHOW synchronous_commit')).toEqual([{ synchronous_commit: 'on' }]);
    } finally {
      await oneConnection.destroy();
    }
  });

  it('gives what a dead process left behind to another', async () => {
    const dead = new InboxStore(suite.dataSource, ids);
    await suite.create('hot', aRule("SELECT n FROM 'a'", [republish('b')]));
    await suite.create('gone', aRule("SELECT n FROM 'a'", [republish('c')]));
    await dead.holdLease(400);
    const entries = [1, 2].map((n) => ({ ruleName: 'hot', message: aMessage('a', { n }), isClaimed: true }));
    await dead.insert([...entries, { ruleName: 'gone', message: aMessage('a', { n: 3 }), isClaimed: true }]);
    await suite.rpc.call(deleteTopicRule, { ruleName: 'gone' });
    expect(await suite.inbox()).toHaveLength(3);
    await suite.emptyInbox();
    expect(Broker.published.map(({ payload }) => textOf(payload)).sort()).toEqual(['{"n":1}', '{"n":2}']);
  });

  it('keeps what is not done at the stop for the next start', async () => {
    await suite.create('hot', aRule("SELECT * FROM 'a'", [republish('b')]));
    Broker.onPublish = () => Promise.reject(new IotError('ServiceUnavailable', 'the broker is away'));
    await suite.send(aMessage('a', { n: 1 }));
    await suite.stopAll();
    expect(await suite.inbox()).toEqual([{ claimed_by: null }]);
    expect(await suite.deadLetters()).toEqual([]);
    Broker.onPublish = () => Promise.resolve();
    await suite.start();
    await suite.emptyInbox();
    expect(Broker.published).toMatchObject([{ topic: 'b', payload: bytesOf({ n: 1 }) }]);
  });
});

describe('a rule whose destination is slow', () => {
  it('delays no other rule, and is worked off when the destination is back', async () => {
    await suite.startAlone({ maxInFlightPerRule: 2 });
    await suite.create('slow', aRule("SELECT n FROM 'a'", [republish('stuck')]));
    await suite.create('fast', aRule("SELECT n FROM 'b'", [republish('free')]));
    const stuck: (() => void)[] = [];
    Broker.onPublish = (topic) =>
      topic === 'stuck' ? new Promise((resolve) => stuck.push(resolve)) : Promise.resolve();
    await suite.send(...[1, 2, 3, 4, 5].map((n) => aMessage('a', { n })), aMessage('a', { n: 6 }, { qos: 0 }));
    await suite.send(aMessage('b', { n: 7 }));
    await waitFor(() => Broker.published.length === 1, { what: 'the fast rule' });
    expect(Broker.published[0]?.topic).toBe('free');
    expect((await suite.inbox()).filter((entry) => entry.claimed_by === null).length).toBeGreaterThanOrEqual(3);
    expect(await suite.metrics()).toContain('thingcore_rules_messages_dropped_total{rule="slow"} 1');

    Broker.onPublish = () => Promise.resolve();
    for (const release of stuck) release();
    await suite.emptyInbox();
    const slow = Broker.published.filter(({ topic }) => topic === 'stuck').map(({ payload }) => textOf(payload));
    expect(slow.sort()).toEqual([1, 2, 3, 4, 5].map((n) => JSON.stringify({ n })));
  });
});

describe('a statement that looks outside', () => {
  const sql = "SELECT get_thing_shadow(topic(), 'arn:aws:iam::1:role/r').state.reported.t AS t FROM 'a'";

  it('is evaluated after the message is safe, with the answer of the shadow service', async () => {
    await suite.create('look', aRule(sql, [republish('b')]));
    let answer: () => void = () => undefined;
    Shadows.onGet = () => new Promise((resolve) => (answer = resolve));
    await suite.send(aMessage('a', {}));
    expect(await suite.inbox()).toHaveLength(1);
    await waitFor(() => Shadows.asked.length === 1, { what: 'the question' });
    expect(Broker.published).toEqual([]);
    answer();
    await suite.emptyInbox();
    expect(Broker.published.map(({ payload }) => textOf(payload))).toEqual(['{"t":20}']);
  });

  it('becomes a dead letter when the answer does not come', async () => {
    await suite.create('look', aRule(sql, [republish('b')]));
    Shadows.onGet = () => Promise.reject(new IotError('InvalidRequest', 'no'));
    await suite.send(aMessage('a', {}));
    await suite.emptyInbox();
    expect(await suite.deadLetters()).toMatchObject([
      { rule_name: 'look', action: 'sql', error: 'get_thing_shadow(): no' },
    ]);
  });
});

describe('a rule whose SQL is expensive', () => {
  it('waits for its share of time, delays no other rule, and loses nothing of QoS 1', async () => {
    const slow = "SELECT n, regexp_matches(s, '(x?a.{60})[cd]') AS x FROM 'a'";
    await suite.create('slow', aRule(slow, [republish('b')]));
    await suite.create('fast', aRule("SELECT n FROM 'c'", [republish('d')]));
    const expensive = Array.from({ length: 25 }, (_, n) => aMessage('a', { n, s: 'a'.repeat(20_000) }));
    await suite.send(...expensive);
    await suite.send(aMessage('c', { n: 1 }));
    await waitFor(() => Broker.published.some(({ topic }) => topic === 'd'), { what: 'the fast rule' });
    expect(Broker.published.filter(({ topic }) => topic === 'b').length).toBeLessThan(25);
    await waitFor(async () => (await suite.inbox()).length === 0, { what: 'the slow rule', timeoutMs: 30_000 });
    expect(Broker.published.filter(({ topic }) => topic === 'b')).toHaveLength(25);
  });
});

describe('the metrics', () => {
  it('count matches, actions and dead letters by rule', async () => {
    await suite.create('counted', aRule("SELECT n FROM 'a' WHERE n > 1", [republish('b'), insert('nowhere')]));
    await suite.send(...[1, 2, 3].map((n) => aMessage('a', { n })));
    await suite.emptyInbox();
    const metrics = await suite.metrics();
    expect(metrics).toContain('thingcore_rules_messages_matched_total{rule="counted"} 3');
    expect(metrics).toContain('thingcore_rules_messages_passed_total{rule="counted"} 2');
    expect(metrics).toContain('thingcore_rules_actions_succeeded_total{rule="counted",action="republish"} 2');
    expect(metrics).toContain('thingcore_rules_actions_failed_total{rule="counted",action="postgresql"} 2');
    expect(metrics).toContain('thingcore_rules_dead_letters_total{rule="counted",action="postgresql"} 2');
  });
});

describe('what rules leave on the disk', () => {
  it('is refused by a full inbox: the publisher gets no PUBACK, and QoS 0 is worked on all the same, once', async () => {
    await suite.startAlone({ inboxLimit: 2 });
    await suite.create('hot', aRule("SELECT n FROM 'a'", [republish('b')]));
    const held: (() => void)[] = [];
    Broker.onPublish = () => new Promise((resolve) => held.push(resolve));
    await suite.send(aMessage('a', { n: 1 }), aMessage('a', { n: 2 }));
    const refused = suite.send(aMessage('a', { n: 3 }, { qos: 0 }), aMessage('a', { n: 4 }));
    await expect(refused).rejects.toMatchObject({ code: 'Throttling', details: { waiting: 2, limit: 2 } });
    expect(await suite.inbox()).toHaveLength(2);
    await waitFor(() => held.length === 3, { what: 'the actions to begin' });
    for (const release of held) release();
    await suite.emptyInbox();
    Broker.onPublish = () => Promise.resolve();
    await suite.send(aMessage('a', { n: 4 }));
    await suite.emptyInbox();
    expect(Broker.published.map(({ payload }) => textOf(payload)).sort()).toEqual(
      [1, 2, 3, 4].map((n) => JSON.stringify({ n })),
    );
  });

  it('keeps no more dead letters than it may: the oldest go first, and are counted', async () => {
    await suite.startAlone({ deadLetterLimit: 2 });
    await suite.create('bad', aRule("SELECT n FROM 'a'", [insert('nowhere')]));
    for (const n of [1, 2, 3, 4]) {
      await suite.send(aMessage('a', { n }));
      await suite.emptyInbox();
    }
    await suite.get(StoredBounds).look();
    expect((await suite.deadLetters()).map(({ message }) => textOf(message.payload))).toEqual(['{"n":3}', '{"n":4}']);
    expect(await suite.metrics()).toContain('thingcore_rules_dead_letters_discarded_total 2');
  });
});
