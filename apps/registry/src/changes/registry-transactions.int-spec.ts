import { type EventContract, registryChangesStored } from '#thingcore/contracts';
import { Lifecycle, Logger } from '#thingcore/platform';
import { startPostgres, type TestPostgres, waitFor } from '#thingcore/testing';
import { EventBus } from '#thingcore/transport';
import { connectService } from '#thingcore/persistence';
import type { DataSource } from 'typeorm';
import { CreateChanges1764200000000 } from '../migrations/1764200000000-create-changes.js';
import { CreateRegistryChanges1765090000000 } from '../migrations/1765090000000-create-registry-changes.js';
import { TestClock } from '../registry.fixture.js';
import { ChangeStore } from './change.store.js';
import { EventOutboxStore } from './event-outbox.store.js';
import { EventRelay } from './event-relay.js';
import { RegistryTransactions } from './registry-transactions.js';

const logger = Logger.create({ service: 'test', level: 'silent', format: 'json' });

/** An event bus that keeps what it is given, and fails or hangs where a test says so. */
class TestBus extends EventBus {
  readonly published: { pattern: string; payload: unknown }[] = [];
  obstacle: (payload: unknown) => Promise<void> = () => Promise.resolve();
  /** News of the log of changes, which everything that happens brings. */
  readonly growths: (() => void)[] = [];

  override async publish(contract: EventContract, payload: unknown): Promise<void> {
    if (contract === registryChangesStored) return new Promise((resolve) => this.growths.push(resolve));
    await this.obstacle(payload);
    this.published.push({ pattern: contract.pattern, payload });
  }

  topics(): string[] {
    return this.published.flatMap(({ payload }) => (payload as { topic?: string }).topic ?? []);
  }
}

describe('registry transactions', () => {
  let postgres: TestPostgres;
  let dataSource: DataSource;
  const clock = new TestClock();

  beforeAll(async () => {
    postgres = await startPostgres();
    dataSource = await connectService(
      {
        url: postgres.url,
        schema: 'registry',
        applicationName: 'test',
        migrations: [CreateChanges1764200000000, CreateRegistryChanges1765090000000],
      },
      { connectTimeoutMs: 10_000 },
    );
    await dataSource.query(`INSERT INTO event_configurations (kind, enabled_at) VALUES ('THING', now())`);
  });

  afterAll(async () => {
    await dataSource.destroy();
    await postgres.stop();
  });

  beforeEach(() => dataSource.query('TRUNCATE event_outbox, principal_changes'));

  /** One replica, with a bus of its own. */
  function aReplica(bus = new TestBus()) {
    const relay = new EventRelay(new EventOutboxStore(dataSource), bus, clock, logger, new Lifecycle(logger));
    return {
      bus,
      relay,
      transactions: new RegistryTransactions(new ChangeStore(dataSource), relay, bus, clock, logger),
    };
  }

  const waiting = async () =>
    (await dataSource.query<{ topic: string }[]>('SELECT topic FROM event_outbox ORDER BY sequence')).map(
      ({ topic }) => topic,
    );
  const settled = async ({ relay }: { relay: EventRelay }) => {
    relay.wake();
    await relay.stop();
  };

  it('tell what they changed after they have ended well: each subject once, enabled kinds only', async () => {
    const replica = aReplica();
    const result = await replica.transactions.run(async (tx) => {
      tx.affects('thing', 'lamp');
      tx.affects('thing', 'lamp');
      tx.affects('policy', 'lamp');
      tx.tell('THING', 'first', { n: 1 });
      tx.tell('POLICY', 'disabled', {});
      tx.tellAlways('always', { n: 2 });
      expect(replica.bus.published).toEqual([]);
      return Promise.resolve('done');
    });
    await settled(replica);
    expect(result).toBe('done');
    expect(replica.bus.published).toEqual([
      {
        pattern: 'principal.changed.v1',
        payload: {
          changes: [
            { sequence: expect.any(Number), subject: 'thing', name: 'lamp' },
            { sequence: expect.any(Number), subject: 'policy', name: 'lamp' },
          ],
        },
      },
      { pattern: 'registryEvent.occurred.v1', payload: { topic: 'first', document: { n: 1 } } },
      { pattern: 'registryEvent.occurred.v1', payload: { topic: 'always', document: { n: 2 } } },
    ]);
    expect(await waiting()).toEqual([]);
  });

  it('keep the order of the members of a document', async () => {
    const replica = aReplica();
    await replica.transactions.run((tx) => Promise.resolve(tx.tellAlways('ordered', { z: 1, a: { y: 2, b: 3 } })));
    await settled(replica);
    expect(JSON.stringify(replica.bus.published[0]?.payload)).toContain('{"z":1,"a":{"y":2,"b":3}}');
  });

  it('tell that the log of changes has grown, one time for all that came while they told it', async () => {
    const { bus, transactions } = aReplica();
    for (let count = 0; count < 5; count++) {
      await transactions.run((tx) => Promise.resolve(tx.notes('POLICY', 'CREATED', `p${count}`)));
    }
    expect(bus.growths).toHaveLength(1);
    bus.growths[0]?.();
    await waitFor(() => bus.growths.length === 2, { what: 'the news of the others' });
    bus.growths[1]?.();
    await transactions.run(() => Promise.resolve());
    expect(bus.growths).toHaveLength(2);
  });

  it('tell nothing when they are rolled back', async () => {
    const replica = aReplica();
    const run = replica.transactions.run(async (tx) => {
      tx.affects('thing', 'lamp');
      tx.tell('THING', 'never', {});
      await tx.manager.query(`INSERT INTO event_configurations (kind, enabled_at) VALUES ('POLICY', now())`);
      throw new Error('changed its mind');
    });
    await expect(run).rejects.toThrow();
    await settled(replica);
    expect(replica.bus.published).toEqual([]);
    expect(await dataSource.query('SELECT 1 FROM principal_changes')).toEqual([]);
    expect(await dataSource.query(`SELECT 1 FROM event_configurations WHERE kind = 'POLICY'`)).toEqual([]);
  });

  it('tell once what they did when they had to run again', async () => {
    const replica = aReplica();
    let runs = 0;
    await replica.transactions.run(async (tx) => {
      tx.tell('THING', 'tried', {});
      tx.affects('thing', 'tried');
      // PostgreSQL: serialization_failure.
      if (++runs === 1) await tx.manager.query(`DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$`);
    });
    await settled(replica);
    expect(runs).toBe(2);
    expect(replica.bus.published).toHaveLength(2);
  });

  it('have happened even when nobody can be told of the principals', async () => {
    const replica = aReplica();
    replica.bus.obstacle = () => Promise.reject(new Error('the bus is down'));
    await replica.transactions.run((tx) => Promise.resolve(tx.affects('thing', 'lamp')));
    expect(await dataSource.query('SELECT subject, name FROM principal_changes')).toEqual([
      { subject: 'thing', name: 'lamp' },
    ]);
  });

  describe('whose events a relay brings to the bus', () => {
    it('lose none when their replica dies between commit and publishing', async () => {
      const dead = aReplica();
      dead.relay.wake = () => undefined;
      await dead.transactions.run((tx) => Promise.resolve(tx.tell('THING', 'orphan', {})));
      expect(await waiting()).toEqual(['orphan']);
      const survivor = aReplica();
      await survivor.relay.start();
      await waitFor(() => survivor.bus.topics().length > 0, { what: 'the survivor to look by itself' });
      await survivor.relay.stop();
      expect(survivor.bus.topics()).toEqual(['orphan']);
      expect(await waiting()).toEqual([]);
    });

    it('lose none when their replica dies while publishing: another takes over after a while', async () => {
      const dying = aReplica();
      dying.bus.obstacle = () => new Promise(() => undefined);
      await dying.transactions.run((tx) => Promise.resolve(tx.tell('THING', 'held', {})));
      const taken = () => dataSource.query<unknown[]>('SELECT 1 FROM event_outbox WHERE due_at > told_at');
      await waitFor(async () => (await taken()).length > 0, { what: 'the dying replica to take the event' });
      const survivor = aReplica();
      await settled(survivor);
      expect(survivor.bus.topics()).toEqual([]);
      clock.advance(30_000);
      await settled(survivor);
      expect(survivor.bus.topics()).toEqual(['held']);
    });

    it('reach it once and in their order when two relays are at work', async () => {
      const [one, two] = [aReplica(), aReplica()];
      const topics = Array.from({ length: 500 }, (_, index) => `event-${index}`);
      one.bus.obstacle = two.bus.obstacle = () => new Promise((resolve) => setImmediate(resolve));
      for (let from = 0; from < topics.length; from += 50) {
        await (from % 100 === 0 ? one : two).transactions.run((tx) =>
          Promise.resolve(topics.slice(from, from + 50).forEach((topic) => tx.tell('THING', topic, {}))),
        );
      }
      await Promise.all([settled(one), settled(two)]);
      await waitFor(async () => (await waiting()).length === 0, { what: 'the outbox to be empty' });
      const number = (topic: string) => Number(topic.slice('event-'.length));
      expect([...one.bus.topics(), ...two.bus.topics()].sort((a, b) => number(a) - number(b))).toEqual(topics);
      expect(two.bus.topics().length).toBeGreaterThan(0);
    });

    it('do not wait for one that cannot be published, which is tried again later', async () => {
      const replica = aReplica();
      replica.bus.obstacle = (payload) =>
        (payload as { topic: string }).topic === 'poison' ? Promise.reject(new Error('no')) : Promise.resolve();
      await replica.transactions.run((tx) => {
        for (const topic of ['before', 'poison', 'after']) tx.tell('THING', topic, {});
        return Promise.resolve();
      });
      await settled(replica);
      expect(replica.bus.topics()).toEqual(['before', 'after']);
      expect(await waiting()).toEqual(['poison']);
      replica.bus.obstacle = () => Promise.resolve();
      await settled(replica);
      expect(replica.bus.topics()).toEqual(['before', 'after']);
      clock.advance(5_000);
      await settled(replica);
      expect(replica.bus.topics()).toEqual(['before', 'after', 'poison']);
    });

    it('all go out, however many they are', async () => {
      const replica = aReplica();
      await replica.transactions.run((tx) => {
        for (let index = 0; index < 250; index++) tx.tell('THING', `bulk-${index}`, {});
        return Promise.resolve();
      });
      await settled(replica);
      expect(replica.bus.topics()).toHaveLength(250);
    });
  });
});
