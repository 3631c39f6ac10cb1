import {
  createThing,
  createPolicy,
  deletePolicy,
  deleteThing,
  listRegistryChanges,
  type RegistryChange,
  registryChangesStored,
} from '#thingcore/contracts';
import { waitFor } from '#thingcore/testing';
import { DataSource } from 'typeorm';
import { type RegistryFixture, type RegistryReplica, startRegistry } from '../registry.fixture.js';
import { RegistryChanges } from './registry-changes.js';

const DAY_MS = 24 * 3_600_000;

describe('the log of registry changes', () => {
  let registry: RegistryFixture;

  beforeAll(async () => {
    registry = await startRegistry();
  });

  afterAll(() => registry.stop());

  const now = async () => (await registry.call(listRegistryChanges, {})).cursor;
  const since = (after: string, more: object = {}, replica: RegistryReplica = registry) =>
    replica.call(listRegistryChanges, { after, ...more });
  const short = ({ kind, operation, subject }: RegistryChange) =>
    `${kind} ${operation} ${Object.values(subject).join(' ')}`;

  it('tells what happened behind a cursor, whether its kind of events is enabled or not', async () => {
    const cursor = await now();
    await registry.call(createThing, { thingName: 'lamp', attributes: { site: 'hall' } });
    await registry.call(deleteThing, { thingName: 'lamp' });
    const { changes, isForgotten } = await since(cursor);
    expect(isForgotten).toBe(false);
    expect(changes.map(short)).toEqual(['THING CREATED lamp', 'THING DELETED lamp']);
    expect(changes[0]).toMatchObject({
      changedAt: registry.clock.now(),
      document: { eventType: 'THING_EVENT', thingName: 'lamp', attributes: { site: 'hall' } },
    });
    expect(registry.events.registryEvents()).toEqual([]);
    await waitFor(() => registry.events.of(registryChangesStored).length > 0, { what: 'the news of it' });
  });

  it('tells what no registry event of AWS tells of', async () => {
    const cursor = await now();
    const Statement = [{ Effect: 'Allow', Action: 'iot:Connect', Resource: '*' }];
    const policyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await registry.call(createPolicy, { policyName: 'told', policyDocument });
    await registry.call(deletePolicy, { policyName: 'told' });
    const { changes } = await since(cursor);
    expect(changes.map(short)).toEqual(['POLICY CREATED told', 'POLICY DELETED told']);
    expect(changes[0]).not.toHaveProperty('document');
  });

  it('goes on page by page, each change once, in one order for all replicas', async () => {
    const replica = await registry.startReplica();
    try {
      const cursor = await now();
      const names = Array.from({ length: 20 }, (_, n) => `fan-${n}`);
      await Promise.all(
        names.map((thingName, n) => (n % 2 === 0 ? registry : replica).call(createThing, { thingName })),
      );
      const pages: RegistryChange[] = [];
      for (let at = cursor; ;) {
        const page = await since(at, { limit: 7 }, replica);
        pages.push(...page.changes);
        at = page.cursor;
        if (page.changes.length < 7) break;
      }
      expect((await since(cursor)).changes).toEqual(pages);
      expect(pages.map(({ subject }) => subject.thingName).sort()).toEqual(names.sort());
      expect(pages.map((change) => change.cursor)).toEqual(pages.map((change) => change.cursor).sort());
    } finally {
      await replica.stop();
    }
  });

  it('never tells anything before what it has told: not even of a transaction that was open for long', async () => {
    const before = await now();
    const dataSource = registry.get(DataSource);
    await dataSource.transaction(async (manager) => {
      await manager.query(
        `INSERT INTO registry_changes (kind, operation, subject, changed_at) VALUES ('THING', 'CREATED', '{"thingName":"slow"}', now())`,
      );
      await registry.call(createThing, { thingName: 'quick' });
      expect((await since(before)).changes.map(short)).toEqual(['THING CREATED quick']);
    });
    const { cursor } = (await since(before)).changes[0]!;
    expect((await since(cursor)).changes.map(short)).toEqual(['THING CREATED slow']);
  });

  it.each([
    ['a thing', { thingName: 'kept-1' }, ['THING CREATED kept-1']],
    ['a kind', { kinds: ['POLICY' as const] }, []],
    ['both', { kinds: ['THING' as const], thingName: 'kept-2' }, ['THING CREATED kept-2']],
  ])('tells only those of %s', async (_name, filter, expected) => {
    const cursor = await now();
    for (const thingName of ['kept-1', 'kept-2']) {
      await registry.call(createThing, { thingName });
    }
    const { changes, cursor: end } = await since(cursor, filter);
    expect(changes.map(short)).toEqual(expected);
    expect(end).toBe(await now());
    for (const thingName of ['kept-1', 'kept-2']) await registry.call(deleteThing, { thingName });
  });

  it('keeps changes for a day, and says to an older cursor that they are forgotten', async () => {
    const before = await now();
    await registry.call(createThing, { thingName: 'old' });
    const after = await now();
    registry.clock.advance(DAY_MS + 1);
    await registry.get(RegistryChanges).purge();
    expect(await since(before)).toEqual({ changes: [], cursor: after, isForgotten: true });
    expect(await since(after)).toEqual({ changes: [], cursor: after, isForgotten: false });
  });

  it('says the same to the cursor of another log, and refuses what is none', async () => {
    expect(await since('9'.repeat(16))).toMatchObject({ isForgotten: true });
    await expect(since('updated-1-5')).rejects.toMatchObject({ code: 'InvalidRequest', details: { field: 'after' } });
  });
});
