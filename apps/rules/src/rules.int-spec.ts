import { Controller, Module } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import {
  type BrokerMessage,
  brokerNodeStarted,
  createTopicRule,
  deleteTopicRule,
  getShadows,
  getTopicRule,
  listTopicRules,
  messageMatched,
  publishMessages,
  replaceRuleFilters,
  replaceTopicRule,
  type RequestOf,
} from '#thingcore/contracts';
import { IotError, reviveError } from '#thingcore/errors';
import { createDataSource } from '#thingcore/persistence';
import { Metrics, RandomIdGenerator, type RunningProcess } from '#thingcore/platform';
import { startPostgres, type TestPostgres, waitFor, startTestProcess } from '#thingcore/testing';
import { EventBus, RpcClient } from '#thingcore/transport';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { InboxStore } from './delivery/inbox.store.js';
import type { RulesConfig } from './rules.config.js';
import { rulesConfig } from './rules.fixture.js';
import { RulesModule } from './rules.module.js';

const ids = new RandomIdGenerator();

/** What a broker would be told. */
@Controller()
class Broker {
  static published: RequestOf<typeof publishMessages>['messages'] = [];
  static filters: RequestOf<typeof replaceRuleFilters>[] = [];
  static refusedPushes = 0;
  static onPublish: (topic: string) => Promise<void> = () => Promise.resolve();

  @MessagePattern(publishMessages.pattern)
  async publish({ messages }: RequestOf<typeof publishMessages>) {
    const outcomes = await Promise.allSettled(
      messages.map(async (message) => {
        await Broker.onPublish(message.topic);
        Broker.published.push(message);
      }),
    );
    const failures = outcomes.flatMap((outcome, index) =>
      outcome.status === 'fulfilled' ? [] : [{ index, error: reviveError(outcome.reason).toJSON() }],
    );
    return { failures };
  }

  @MessagePattern(replaceRuleFilters.pattern)
  replaceFilters(request: RequestOf<typeof replaceRuleFilters>) {
    if (Broker.refusedPushes-- > 0) throw new IotError('ServiceUnavailable', 'the broker is away');
    Broker.filters.push(request);
    return {};
  }
}

/** What a shadow service would be asked. */
@Controller()
class Shadows {
  static asked: string[][] = [];
  static onGet: () => Promise<void> = () => Promise.resolve();

  @MessagePattern(getShadows.pattern)
  async get({ thingNames }: RequestOf<typeof getShadows>) {
    Shadows.asked.push(thingNames);
    await Shadows.onGet();
    return { shadows: thingNames.map((thingName) => ({ thingName, document: { state: { reported: { t: 20 } } } })) };
  }
}

@Module({ controllers: [Broker, Shadows] })
class BrokerModule {}

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');
const text = (payload: string) => Buffer.from(payload, 'base64').toString();

function aMessage(topic: string, payload: unknown, more: Partial<BrokerMessage> = {}): BrokerMessage {
  return {
    topic,
    payload: bytes(payload),
    qos: 1,
    retain: false,
    clientId: 'press-7',
    sourceIp: '192.0.2.7',
    hops: 0,
    timestamp: 1_764_000_000_000,
    messageId: ids.uuid(),
    ...more,
  };
}

const republish = (topic: string, more: object = {}) => ({
  republish: { roleArn: 'arn:aws:iam::1:role/r', topic, ...more },
});
const insert = (table: string, more: object = {}) => ({ postgresql: { table, ...more } });
const aRule = (sql: string, actions: object[], more: object = {}) =>
  ({ sql, actions, awsIotSqlVersion: '2016-03-23', ...more }) as RequestOf<typeof createTopicRule>['payload'];

describe('the rules service', () => {
  let postgres: TestPostgres;
  let operators: pg.Pool;
  let dataSource: DataSource;
  let running: RunningProcess[] = [];
  let rpc: RpcClient;
  let events: EventBus;

  async function start(more: Partial<RulesConfig> = {}): Promise<RunningProcess> {
    const service = await startTestProcess({
      service: 'rules',
      databaseUrl: postgres.url,
      modules: [BrokerModule, RulesModule.forRoot(rulesConfig({ postgresqlUrl: postgres.url, leaseMs: 600, ...more }))],
    });
    running.push(service);
    rpc = service.app.get(RpcClient, { strict: false });
    events = service.app.get(EventBus, { strict: false });
    return service;
  }

  async function stop(service: RunningProcess): Promise<void> {
    running = running.filter((other) => other !== service);
    await service.stop();
  }

  const create = (ruleName: string, payload: RequestOf<typeof createTopicRule>['payload']) =>
    rpc.call(createTopicRule, { ruleName, payload });
  const send = (...messages: BrokerMessage[]) => events.publish(messageMatched, { messages });
  const deadLetters = () =>
    dataSource.query<{ rule_name: string; action: string; error: string; message: BrokerMessage }[]>(
      'SELECT rule_name, action, error, message FROM dead_letters ORDER BY id',
    );
  const inbox = () => dataSource.query<{ claimed_by: string | null }[]>('SELECT claimed_by FROM inbox ORDER BY id');
  const emptyInbox = () => waitFor(async () => (await inbox()).length === 0, { what: 'the inbox to become empty' });
  const rows = async (sql: string) => (await operators.query<Record<string, unknown>>(sql)).rows;
  const lastFilters = () => [...(Broker.filters.at(-1)?.filters ?? [])].sort();

  beforeAll(async () => {
    postgres = await startPostgres();
    operators = new pg.Pool({ connectionString: postgres.url });
    await stop(await start());
    dataSource = createDataSource({ url: postgres.url, schema: 'rules', migrations: [], applicationName: 'test' });
    await dataSource.initialize();
  });

  afterAll(async () => {
    await dataSource.destroy();
    await operators.end();
    await postgres.stop();
  });

  beforeEach(() => {
    Broker.published = [];
    Broker.filters = [];
    Broker.refusedPushes = 0;
    Shadows.asked = [];
    Shadows.onGet = () => Promise.resolve();
    Broker.onPublish = () => Promise.resolve();
  });

  afterEach(async () => {
    for (const service of [...running]) await stop(service);
    await dataSource.query('TRUNCATE topic_rules, inbox, dead_letters, workers');
  });

  describe('rules', () => {
    it('stores a rule with its ARN and tells the broker the filters before it answers', async () => {
      await start();
      const before = Broker.filters.at(-1)?.revision ?? 0;
      const rule = await create('hot', aRule("SELECT * FROM 'plant/+/temp'", [republish('alerts')]));
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
      expect(await rpc.call(getTopicRule, { ruleName: 'hot' })).toEqual(rule);
      expect(await rpc.call(listTopicRules, {})).toEqual({ rules: [rule] });
    });

    it('names each filter of the enabled rules once', async () => {
      await start();
      await create('one', aRule("SELECT * FROM 'a/b'", []));
      await create('two', aRule("SELECT * FROM 'a/b'", []));
      await create('three', aRule("SELECT * FROM 'c/#'", []));
      await create('off', aRule("SELECT * FROM 'never'", [], { ruleDisabled: true }));
      expect(lastFilters()).toEqual(['a/b', 'c/#']);
    });

    it('refuses a name that is taken', async () => {
      await start();
      await create('hot', aRule("SELECT * FROM 'a'", []));
      await expect(create('hot', aRule("SELECT * FROM 'b'", []))).rejects.toMatchObject({
        code: 'ResourceAlreadyExists',
        details: { resourceId: 'hot', resourceArn: 'arn:aws:iot:us-east-1:123456789012:rule/hot' },
      });
      expect(lastFilters()).toEqual(['a']);
    });

    it('stores nothing of a rule that has a fault anywhere', async () => {
      await start();
      const pushes = Broker.filters.length;
      const faulty = aRule("SELECT * FROM 'a'", [republish('b')], { errorAction: { openSearch: { index: 'b' } } });
      await expect(create('hot', faulty)).rejects.toMatchObject({ code: 'NotImplemented' });
      await expect(rpc.call(getTopicRule, { ruleName: 'hot' })).rejects.toMatchObject({ code: 'ResourceNotFound' });
      expect(Broker.filters).toHaveLength(pushes);
    });

    it('replaces the whole document and keeps the ARN and the date', async () => {
      await start();
      const first = await create('hot', aRule("SELECT * FROM 'a'", [republish('b')], { description: 'old' }));
      const second = await rpc.call(replaceTopicRule, {
        ruleName: 'hot',
        payload: aRule("SELECT x FROM 'c'", [republish('d')]),
      });
      expect(second).toMatchObject({ topicPattern: 'c', description: '', actions: [republish('d')] });
      expect([second.ruleArn, second.createdAt]).toEqual([first.ruleArn, first.createdAt]);
      await send(aMessage('c', { x: 1, y: 2 }));
      await waitFor(() => Broker.published.length === 1, { what: 'the new action' });
      expect(Broker.published[0]).toMatchObject({ topic: 'd', payload: bytes({ x: 1 }) });
      expect(lastFilters()).toEqual(['c']);
    });

    it('deletes a rule and takes its filter from the broker', async () => {
      await start();
      await create('hot', aRule("SELECT * FROM 'a'", []));
      await rpc.call(deleteTopicRule, { ruleName: 'hot' });
      expect(Broker.filters.at(-1)?.filters).toEqual([]);
    });

    it.each([
      ['replacing', () => rpc.call(replaceTopicRule, { ruleName: 'none', payload: aRule("SELECT * FROM 'a'", []) })],
      ['deleting', () => rpc.call(deleteTopicRule, { ruleName: 'none' })],
      ['getting', () => rpc.call(getTopicRule, { ruleName: 'none' })],
    ])('answers ResourceNotFound to %s a rule that does not exist', async (_name, call) => {
      await start();
      await expect(call()).rejects.toMatchObject({ code: 'ResourceNotFound', details: { resourceId: 'none' } });
    });

    it('refuses the action postgresql without a database and names the setting', async () => {
      await start({ postgresqlUrl: undefined });
      const creation = create('store', aRule("SELECT * FROM 'a'", [insert('readings')]));
      await expect(creation).rejects.toThrow(/THINGCORE_RULES_POSTGRESQL_URL/);
    });
  });

  describe('the filters at the broker', () => {
    it('are there after the start', async () => {
      const first = await start();
      await create('hot', aRule("SELECT * FROM 'a'", []));
      await stop(first);
      Broker.filters = [];
      await start();
      expect(lastFilters()).toEqual(['a']);
    });

    it('come later when the broker is away, and the rule is stored all the same', async () => {
      await start();
      Broker.refusedPushes = 3;
      await create('hot', aRule("SELECT * FROM 'a'", []));
      expect(lastFilters()).toEqual([]);
      await waitFor(() => lastFilters().length === 1, { what: 'the filters to reach the broker' });
    });

    it('come again when a node of the broker starts', async () => {
      await start();
      await create('hot', aRule("SELECT * FROM 'a'", []));
      const pushes = Broker.filters.length;
      await events.publish(brokerNodeStarted, { nodeId: 'n2' });
      expect(Broker.filters).toHaveLength(pushes + 1);
      expect(lastFilters()).toEqual(['a']);
    });
  });

  describe('a replica that missed the news of a rule', () => {
    it('acts on the first message for it', async () => {
      await start({ leaseMs: 3_600_000 });
      const late = events;
      await start(); // has a transport of its own, so the first hears nothing
      await create('hot', aRule("SELECT * FROM 'a'", [republish('b')]));
      await late.publish(messageMatched, { messages: [aMessage('a', {})] });
      await waitFor(() => Broker.published.length === 1, { what: 'the republished message' });
    });
  });

  describe('republish', () => {
    it('publishes the result of SELECT to the topic of the template with one hop more', async () => {
      await start();
      const sql = "SELECT temp, topic(2) AS device FROM 'plant/+/temp' WHERE temp > 90";
      await create('hot', aRule(sql, [republish('alerts/${topic(2)}', { qos: 1 })]));
      await send(
        aMessage('plant/p1/temp', { temp: 91, x: 1 }, { hops: 2 }),
        aMessage('plant/p2/temp', { temp: 20 }),
        aMessage('plant/p3/temp', { temp: 99 }, { qos: 0 }),
      );
      await waitFor(() => Broker.published.length === 2, { what: 'two alerts' });
      const byTopic = Object.fromEntries(Broker.published.map((message) => [message.topic, message]));
      expect(byTopic['alerts/p1']).toMatchObject({ qos: 1, hops: 3, payload: bytes({ temp: 91, device: 'p1' }) });
      expect(byTopic['alerts/p3']).toMatchObject({ hops: 1, payload: bytes({ temp: 99, device: 'p3' }) });
      await emptyInbox();
    });

    it('ends a loop at the tenth hop with a dead letter that names it', async () => {
      await start();
      await create('loop', aRule("SELECT * FROM 'a'", [republish('a')]));
      await send(aMessage('a', {}, { hops: 10 }));
      await waitFor(async () => (await deadLetters()).length === 1, { what: 'the dead letter' });
      expect((await deadLetters())[0]?.error).toMatch(/republished 10 times already.*loop/);
      expect(Broker.published).toEqual([]);
    });

    it('is tried again when the broker is away for a moment', async () => {
      await start();
      await create('hot', aRule("SELECT * FROM 'a'", [republish('b')]));
      let failures = 1;
      Broker.onPublish = () => {
        if (failures-- > 0) throw new IotError('ServiceUnavailable', 'the broker is away');
        return Promise.resolve();
      };
      await send(aMessage('a', {}));
      await waitFor(() => Broker.published.length === 1, { what: 'the second try' });
      await emptyInbox();
      expect(await deadLetters()).toEqual([]);
    });
  });

  describe('postgresql', () => {
    it('inserts the members of the result into the columns of their names, with their types', async () => {
      await operators.query(
        'CREATE TABLE readings (device text, temp double precision, at timestamptz, tags jsonb, ok boolean, note text)',
      );
      await start();
      const sql = `SELECT topic(2) AS device, temp, at, tags, temp > 5 AS ok, missing FROM 'plant/+/temp'`;
      await create('store', aRule(sql, [insert('readings')]));
      await send(aMessage('plant/p1/temp', { temp: 20.5, at: '2025-11-24T16:00:00Z', tags: { a: [1] } }));
      await emptyInbox();
      expect(await rows('SELECT * FROM readings')).toEqual([
        { device: 'p1', temp: 20.5, at: new Date('2025-11-24T16:00:00Z'), tags: { a: [1] }, ok: true, note: null },
      ]);
    });

    it('maps columns to templates with native types, literals and defaults', async () => {
      await operators.query(
        "CREATE TABLE mapped (device text, temp numeric, tags json, source text, seq int DEFAULT 7, list json, flag boolean, void text DEFAULT 'x')",
      );
      await start();
      const columns = {
        device: 'dev-${topic(2)}',
        temp: '${temp * 2}',
        tags: '${tags}',
        source: 'plant',
        seq: '${missing}',
        list: [1, 'two'],
        flag: true,
        void: null,
      };
      await create('store', aRule("SELECT 1 AS one FROM 'plant/+'", [insert('public.mapped', { columns })]));
      await send(aMessage('plant/p1', { temp: 2.25, tags: ['a'] }));
      await emptyInbox();
      expect(await deadLetters()).toEqual([]);
      expect(await rows('SELECT * FROM mapped')).toEqual([
        {
          device: 'dev-p1',
          temp: '4.5',
          tags: ['a'],
          source: 'plant',
          seq: 7,
          list: [1, 'two'],
          flag: true,
          void: null,
        },
      ]);
    });

    it('stores every message of many, in few statements', async () => {
      await operators.query('CREATE TABLE many (n int); CREATE TABLE statements (n int)');
      await operators.query(`
        CREATE FUNCTION count_statement() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN INSERT INTO statements VALUES (1); RETURN NULL; END $$;
        CREATE TRIGGER counted AFTER INSERT ON many FOR EACH STATEMENT EXECUTE FUNCTION count_statement()`);
      await start();
      await create('store', aRule("SELECT n FROM 'a'", [insert('many')]));
      const batches = Array.from({ length: 20 }, (_, batch) =>
        Array.from({ length: 100 }, (_item, n) => aMessage('a', { n: batch * 100 + n })),
      );
      await Promise.all(batches.map((messages) => send(...messages)));
      await emptyInbox();
      expect(await rows('SELECT count(*)::int AS rows, count(DISTINCT n)::int AS numbers FROM many')).toEqual([
        { rows: 2000, numbers: 2000 },
      ]);
      const [{ statements } = { statements: Infinity }] = await rows(
        'SELECT count(*)::int AS statements FROM statements',
      );
      expect(statements).toBeLessThan(200);
    });

    it('lets one bad row among good ones fail alone', async () => {
      await operators.query('CREATE TABLE strict_numbers (n int CHECK (n < 100))');
      await start();
      await create('store', aRule("SELECT n FROM 'a'", [insert('strict_numbers')]));
      await send(...[1, 2, 'three', 4, 500, 6].map((n) => aMessage('a', { n })));
      await emptyInbox();
      expect(await rows('SELECT n FROM strict_numbers ORDER BY n')).toEqual([1, 2, 4, 6].map((n) => ({ n })));
      const letters = await deadLetters();
      expect(letters.map(({ rule_name, action }) => [rule_name, action])).toEqual([
        ['store', 'postgresql'],
        ['store', 'postgresql'],
      ]);
      expect(letters.map(({ error }) => error).join()).toMatch(/invalid input syntax for type integer: "three"/);
      expect(letters.map(({ error }) => error).join()).toMatch(/violates check constraint/);
      expect(letters.map(({ message }) => text(message.payload)).sort()).toEqual(['{"n":"three"}', '{"n":500}']);
    });

    it('updates on conflict, the last message of a key last', async () => {
      await operators.query('CREATE TABLE latest (device text PRIMARY KEY, temp int, seen int DEFAULT 0)');
      await start();
      const action = insert('latest', { conflictColumns: ['device'] });
      await create('store', aRule("SELECT device, temp FROM 'a'", [action]));
      await send(...[1, 2, 3].flatMap((temp) => ['x', 'y'].map((device) => aMessage('a', { device, temp }))));
      await emptyInbox();
      expect(await deadLetters()).toEqual([]);
      expect(await rows('SELECT device, temp FROM latest ORDER BY device')).toEqual([
        { device: 'x', temp: 3 },
        { device: 'y', temp: 3 },
      ]);
    });

    it.each([
      ['a missing table', "SELECT n FROM 'a'", 'nowhere', /relation "nowhere" does not exist/],
      ['a wrong column', "SELECT n AS m FROM 'a'", 'narrow', /column "m" of relation "narrow" does not exist/],
    ])('reports %s in the words of PostgreSQL', async (_name, sql, table, words) => {
      await operators.query('CREATE TABLE IF NOT EXISTS narrow (n int)');
      await start();
      await create('store', aRule(sql, [insert(table)]));
      await send(aMessage('a', { n: 1 }));
      await waitFor(async () => (await deadLetters()).length === 1, { what: 'the dead letter' });
      expect((await deadLetters())[0]?.error).toMatch(words);
    });
  });

  describe('the error action', () => {
    // AWS: "Error handling (error action)"
    it('gets one message with all failures of a rule', async () => {
      await start();
      const actions = [insert('nowhere'), republish('fine'), insert('elsewhere')];
      await create('store', aRule("SELECT n FROM 'a/b'", actions, { errorAction: republish('errors/${topic(1)}') }));
      const message = aMessage('a/b', { n: 1, extra: true });
      await send(message);
      await waitFor(() => Broker.published.length === 2, { what: 'the other action and the error message' });
      await emptyInbox();
      expect(Broker.published.map(({ topic }) => topic).sort()).toEqual(['errors/a', 'fine']);
      const error = Broker.published.find(({ topic }) => topic === 'errors/a');
      expect(JSON.parse(text(error?.payload ?? ''))).toEqual({
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
      expect(await deadLetters()).toEqual([]);
    });

    it('leaves a dead letter with both reasons when it fails too', async () => {
      await start();
      const payload = aRule("SELECT n FROM 'a'", [insert('nowhere')], { errorAction: insert('errors') });
      await create('store', payload);
      const message = aMessage('a', { n: 1 });
      await send(message);
      await waitFor(async () => (await deadLetters()).length === 1, { what: 'a dead letter' });
      const letters = await deadLetters();
      expect(letters[0]?.error).toMatch(/relation "nowhere".*the error action failed too.*relation "errors"/);
      expect(letters[0]?.message).toEqual(message);
      await emptyInbox();
    });
  });

  describe('the inbox', () => {
    it('holds a message of QoS 1 when the event is handled and until its actions have ended', async () => {
      await start();
      await create('hot', aRule("SELECT * FROM 'a'", [republish('b')]));
      const held: (() => void)[] = [];
      Broker.onPublish = () => new Promise((resolve) => held.push(resolve));
      await send(aMessage('a', {}), aMessage('a', {}, { qos: 0 }));
      await waitFor(() => held.length === 2, { what: 'both actions to begin' });
      expect(await inbox()).toEqual([{ claimed_by: expect.any(String) }]);
      for (const release of held) release();
      await emptyInbox();
    });

    it('does not store what WHERE keeps out', async () => {
      await start();
      await create('hot', aRule("SELECT * FROM 'a' WHERE n > 5", [republish('b')]));
      Broker.onPublish = () => new Promise(() => undefined);
      await send(aMessage('a', { n: 1 }));
      expect(await inbox()).toEqual([]);
    });

    it('acts once on an event that comes twice', async () => {
      await start();
      await create('hot', aRule("SELECT * FROM 'a'", [republish('b')]));
      let release: () => void = () => undefined;
      Broker.onPublish = () => new Promise((resolve) => (release = resolve));
      const message = aMessage('a', {});
      await send(message);
      await send(message);
      release();
      await emptyInbox();
      expect(Broker.published).toHaveLength(1);
    });

    it('takes up what the database gave it without its knowing: the connection broke before the answer', async () => {
      const service = await start();
      await create('hot', aRule("SELECT n FROM 'a'", [republish('b')]));
      const entry = { ruleName: 'hot', message: aMessage('a', { n: 1 }), isClaimed: true };
      await service.app.get(InboxStore, { strict: false }).insert([entry]);
      await send(entry.message);
      await emptyInbox();
      expect(Broker.published).toMatchObject([{ topic: 'b', payload: bytes({ n: 1 }) }]);
    });

    it('gives what a dead process left behind to another', async () => {
      const dead = new InboxStore(dataSource, ids);
      await start();
      await create('hot', aRule("SELECT n FROM 'a'", [republish('b')]));
      await create('gone', aRule("SELECT n FROM 'a'", [republish('c')]));
      await dead.holdLease(400);
      const entries = [1, 2].map((n) => ({ ruleName: 'hot', message: aMessage('a', { n }), isClaimed: true }));
      await dead.insert([...entries, { ruleName: 'gone', message: aMessage('a', { n: 3 }), isClaimed: true }]);
      await rpc.call(deleteTopicRule, { ruleName: 'gone' });
      expect(await inbox()).toHaveLength(3);
      await emptyInbox();
      expect(Broker.published.map(({ payload }) => text(payload)).sort()).toEqual(['{"n":1}', '{"n":2}']);
    });

    it('keeps what is not done at the stop for the next start', async () => {
      const first = await start();
      await create('hot', aRule("SELECT * FROM 'a'", [republish('b')]));
      Broker.onPublish = () => Promise.reject(new IotError('ServiceUnavailable', 'the broker is away'));
      await send(aMessage('a', { n: 1 }));
      await stop(first);
      expect(await inbox()).toEqual([{ claimed_by: null }]);
      expect(await deadLetters()).toEqual([]);
      Broker.onPublish = () => Promise.resolve();
      await start();
      await emptyInbox();
      expect(Broker.published).toMatchObject([{ topic: 'b', payload: bytes({ n: 1 }) }]);
    });
  });

  describe('a rule whose destination is slow', () => {
    it('delays no other rule, and is worked off when the destination is back', async () => {
      const service = await start({ maxInFlightPerRule: 2 });
      await create('slow', aRule("SELECT n FROM 'a'", [republish('stuck')]));
      await create('fast', aRule("SELECT n FROM 'b'", [republish('free')]));
      const stuck: (() => void)[] = [];
      Broker.onPublish = (topic) =>
        topic === 'stuck' ? new Promise((resolve) => stuck.push(resolve)) : Promise.resolve();
      await send(...[1, 2, 3, 4, 5].map((n) => aMessage('a', { n })), aMessage('a', { n: 6 }, { qos: 0 }));
      await send(aMessage('b', { n: 7 }));
      await waitFor(() => Broker.published.length === 1, { what: 'the fast rule' });
      expect(Broker.published[0]?.topic).toBe('free');
      expect((await inbox()).filter((entry) => entry.claimed_by === null).length).toBeGreaterThanOrEqual(3);
      const { registry } = service.app.get(Metrics, { strict: false });
      expect(await registry.metrics()).toContain('thingcore_rules_messages_dropped_total{rule="slow"} 1');

      Broker.onPublish = () => Promise.resolve();
      for (const release of stuck) release();
      await emptyInbox();
      const slow = Broker.published.filter(({ topic }) => topic === 'stuck').map(({ payload }) => text(payload));
      expect(slow.sort()).toEqual([1, 2, 3, 4, 5].map((n) => JSON.stringify({ n })));
    });
  });

  describe('a statement that looks outside', () => {
    const sql = "SELECT get_thing_shadow(topic(), 'arn:aws:iam::1:role/r').state.reported.t AS t FROM 'a'";

    it('is evaluated after the message is safe, with the answer of the shadow service', async () => {
      await start();
      await create('look', aRule(sql, [republish('b')]));
      let answer: () => void = () => undefined;
      Shadows.onGet = () => new Promise((resolve) => (answer = resolve));
      await send(aMessage('a', {}));
      expect(await inbox()).toHaveLength(1);
      await waitFor(() => Shadows.asked.length === 1, { what: 'the question' });
      expect(Broker.published).toEqual([]);
      answer();
      await emptyInbox();
      expect(Broker.published.map(({ payload }) => text(payload))).toEqual(['{"t":20}']);
    });

    it('becomes a dead letter when the answer does not come', async () => {
      await start();
      await create('look', aRule(sql, [republish('b')]));
      Shadows.onGet = () => Promise.reject(new IotError('InvalidRequest', 'no'));
      await send(aMessage('a', {}));
      await emptyInbox();
      expect(await deadLetters()).toMatchObject([
        { rule_name: 'look', action: 'sql', error: 'get_thing_shadow(): no' },
      ]);
    });
  });

  describe('a rule whose SQL is expensive', () => {
    it('waits for its share of time, delays no other rule, and loses nothing of QoS 1', async () => {
      await start();
      const slow = "SELECT n, regexp_replace(s, '(a?){40}a{40}', 'x') AS x FROM 'a'";
      await create('slow', aRule(slow, [republish('b')]));
      await create('fast', aRule("SELECT n FROM 'c'", [republish('d')]));
      const expensive = Array.from({ length: 6 }, (_, n) => aMessage('a', { n, s: 'a'.repeat(60_000) }));
      await send(...expensive);
      await send(aMessage('c', { n: 1 }));
      await waitFor(() => Broker.published.some(({ topic }) => topic === 'd'), { what: 'the fast rule' });
      expect(Broker.published.filter(({ topic }) => topic === 'b').length).toBeLessThan(6);
      await waitFor(async () => (await inbox()).length === 0, { what: 'the slow rule', timeoutMs: 30_000 });
      expect(Broker.published.filter(({ topic }) => topic === 'b')).toHaveLength(6);
    });
  });

  describe('the metrics', () => {
    it('count matches, actions and dead letters by rule', async () => {
      const service = await start();
      await create('hot', aRule("SELECT n FROM 'a' WHERE n > 1", [republish('b'), insert('nowhere')]));
      await send(...[1, 2, 3].map((n) => aMessage('a', { n })));
      await emptyInbox();
      const metrics = await service.app.get(Metrics, { strict: false }).registry.metrics();
      expect(metrics).toContain('thingcore_rules_messages_matched_total{rule="hot"} 3');
      expect(metrics).toContain('thingcore_rules_messages_passed_total{rule="hot"} 2');
      expect(metrics).toContain('thingcore_rules_actions_succeeded_total{rule="hot",action="republish"} 2');
      expect(metrics).toContain('thingcore_rules_actions_failed_total{rule="hot",action="postgresql"} 2');
      expect(metrics).toContain('thingcore_rules_dead_letters_total{rule="hot",action="postgresql"} 2');
    });
  });
});
