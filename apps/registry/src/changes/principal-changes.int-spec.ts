import { type listPrincipalChanges as contract, listPrincipalChanges, type ReplyOf } from '#thingcore/contracts';
import { DataSource } from 'typeorm';
import { startRegistry, type RegistryFixture } from '../registry.fixture.js';
import { PrincipalChanges } from './principal-changes.js';
import { RegistryTransactions } from './registry-transactions.js';

const HOUR = 3_600_000;

describe('changes of principals', () => {
  let registry: RegistryFixture;

  beforeAll(async () => {
    registry = await startRegistry();
  });

  afterAll(() => registry.stop());

  const list = (cursor?: string) => registry.call(listPrincipalChanges, { cursor });
  const namesOf = ({ changes }: ReplyOf<typeof contract>) => changes.map(({ name }) => name);
  const change = (...names: string[]) =>
    registry.get(RegistryTransactions).run((tx) => {
      for (const name of names) tx.affects('thing', name);
      return Promise.resolve();
    });
  /** A change whose transaction stays open until it is let go. */
  const openChange = async (name: string) => {
    let letGo: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (letGo = resolve));
    let begun: () => void = () => undefined;
    const hasBegun = new Promise<void>((resolve) => (begun = resolve));
    const done = registry.get(RegistryTransactions).run(async (tx) => {
      tx.affects('thing', name);
      // The transaction gets its number here, long before it ends.
      await tx.manager.query('SELECT pg_current_xact_id()');
      begun();
      await gate;
    });
    await hasBegun;
    return async () => {
      letGo();
      await done;
    };
  };

  it('are none without a cursor, and those behind it with one, under the numbers of the broadcast', async () => {
    await change('before');
    const start = await list();
    expect(start).toEqual({ changes: [], cursor: expect.stringMatching(/^\d+(-\d+)*$/), isComplete: true });
    registry.events.clear();
    await change('one', 'two');
    await registry.get(RegistryTransactions).run((tx) => Promise.resolve(tx.affects('policy', 'three')));
    const next = await list(start.cursor);
    expect(next.isComplete).toBe(true);
    expect(next.changes).toEqual([
      { sequence: expect.any(Number), subject: 'thing', name: 'one' },
      { sequence: expect.any(Number), subject: 'thing', name: 'two' },
      { sequence: expect.any(Number), subject: 'policy', name: 'three' },
    ]);
    expect(registry.events.principalChanges()).toEqual(['thing one', 'thing two', 'policy three']);
    expect(await list(next.cursor)).toEqual({ changes: [], cursor: next.cursor, isComplete: true });
  });

  it('are never missed when transactions end in another order than they began', async () => {
    const start = await list();
    const endEarly = await openChange('began-first');
    const endLate = await openChange('began-second');
    await endLate();
    const second = await list(start.cursor);
    expect(namesOf(second)).toEqual(['began-second']);
    await endEarly();
    const third = await list(second.cursor);
    expect(namesOf(third)).toEqual(['began-first']);
    expect(namesOf(await list(third.cursor))).toEqual([]);
  });

  it('are told once each, however long another transaction stays open', async () => {
    const end = await openChange('stuck');
    let { cursor } = await list();
    for (const name of ['one', 'two', 'three']) {
      await change(name);
      const answer = await list(cursor);
      expect(namesOf(answer)).toEqual([name]);
      ({ cursor } = answer);
    }
    expect(await list(cursor)).toMatchObject({ changes: [], isComplete: true });
    await end();
    expect(namesOf(await list(cursor))).toEqual(['stuck']);
  });

  it('say once, not at every call, that they are too many while another transaction stays open', async () => {
    const end = await openChange('stuck-long');
    const start = await list();
    await registry.get(DataSource).query(
      `INSERT INTO principal_changes (subject, name, changed_at)
       SELECT 'thing', 'flood-' || n, now() FROM generate_series(1, 10001) AS n`,
    );
    const many = await list(start.cursor);
    expect(many.isComplete).toBe(false);
    expect(await list(many.cursor)).toMatchObject({ changes: [], isComplete: true });
    await end();
    expect(namesOf(await list(many.cursor))).toEqual(['stuck-long']);
  });

  it('are never missed when many transactions end in the reverse order', async () => {
    const dataSource = registry.get(DataSource);
    const runners = Array.from({ length: 5 }, () => dataSource.createQueryRunner());
    const ends: (() => Promise<void>)[] = [];
    const start = await list();
    for (const [index, runner] of runners.entries()) {
      await runner.startTransaction();
      await runner.query(`INSERT INTO principal_changes (subject, name, changed_at) VALUES ('thing', $1, now())`, [
        `open-${index}`,
      ]);
      ends.push(async () => {
        await runner.commitTransaction();
        await runner.release();
      });
    }
    let { cursor } = await list(start.cursor);
    const told: string[] = [];
    for (const end of ends.reverse()) {
      await end();
      const answer = await list(cursor);
      told.push(...namesOf(answer));
      ({ cursor } = answer);
    }
    expect(new Set(told)).toEqual(new Set(runners.map((_, index) => `open-${index}`)));
  });

  it('begin anew for whoever was away longer than they are known, though a transaction was open all the time', async () => {
    const end = await openChange('open-for-hours');
    const { cursor } = await list();
    await change('forgotten');
    registry.clock.advance(HOUR + 1);
    await registry.get(PrincipalChanges).purge();
    const late = await list(cursor);
    expect(late).toMatchObject({ changes: [], isComplete: false });
    expect(await list(late.cursor)).toMatchObject({ changes: [], isComplete: true });
    await end();
  });

  it('are not told when their transaction is rolled back', async () => {
    const start = await list();
    const run = registry.get(RegistryTransactions).run((tx) => {
      tx.affects('thing', 'never');
      return Promise.reject(new Error('no'));
    });
    await expect(run).rejects.toThrow();
    expect(namesOf(await list(start.cursor))).toEqual([]);
  });

  it('are the same for every replica', async () => {
    const other = await registry.startReplica();
    const start = await list();
    await other.get(RegistryTransactions).run((tx) => Promise.resolve(tx.affects('certificate', 'elsewhere')));
    expect(namesOf(await list(start.cursor))).toEqual(['elsewhere']);
    await other.stop();
  });

  it('are known for an hour; who was away longer hears that everything may have changed', async () => {
    const start = await list();
    await change('old');
    const between = await list();
    registry.clock.advance(HOUR / 2);
    await change('young');
    registry.clock.advance(HOUR / 2);
    await registry.get(PrincipalChanges).purge();
    expect(namesOf(await list(start.cursor))).toEqual(['old', 'young']);
    registry.clock.advance(1);
    await registry.get(PrincipalChanges).purge();
    expect(await list(start.cursor)).toMatchObject({ changes: [], isComplete: false });
    expect(await list(between.cursor)).toMatchObject({ changes: [{ name: 'young' }], isComplete: true });
    expect((await list((await list(start.cursor)).cursor)).isComplete).toBe(true);
  });

  it('say that everything may have changed when they are more than are worth telling', async () => {
    const start = await list();
    await registry.get(DataSource).query(
      `INSERT INTO principal_changes (subject, name, changed_at)
       SELECT 'thing', 'many-' || n, now() FROM generate_series(1, 10001) AS n`,
    );
    const many = await list(start.cursor);
    expect(many).toMatchObject({ changes: [], isComplete: false });
    expect(await list(many.cursor)).toMatchObject({ changes: [], isComplete: true });
  });

  it('say that everything may have changed to a cursor of another database', async () => {
    expect(await list('999999999999')).toMatchObject({ changes: [], isComplete: false });
  });

  it.each(['', 'x', '-1', '1 OR 1=1', '9'.repeat(19)])('refuse the cursor %j', async (cursor) => {
    await expect(list(cursor)).rejects.toMatchObject({ code: 'InvalidRequest', details: { field: 'cursor' } });
  });
});
