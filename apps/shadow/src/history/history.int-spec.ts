import {
  deleteShadow,
  getShadow,
  getShadowHistories,
  getShadowsAsOf,
  revertShadow,
  type ShadowAuthor,
  updateShadow,
} from '#thingcore/contracts';
import { startPostgres, type TestPostgres } from '#thingcore/testing';
import { bytes, Heard, type ShadowServiceUnderTest, startShadowService } from '../shadow-service.fixture.js';
import { HistoryRetention } from './history-retention.js';

const DAY_MS = 86_400_000;
const START = 1_700_000_000_000;
const DEVICE: ShadowAuthor = { origin: 'MQTT', principal: 'c0ffee', clientId: 'lamp' };
const PERSON: ShadowAuthor = { origin: 'GRAPHQL', principal: 'ada' };

describe('the history of shadows', () => {
  const heard = new Heard();
  let postgres: TestPostgres;
  let service: ShadowServiceUnderTest;
  let now = START;

  beforeAll(async () => {
    postgres = await startPostgres();
    service = await startShadowService(postgres.url, heard, { THINGCORE_SHADOW_HISTORY_DAYS: '7' });
    service.clock.now = () => now;
  });

  afterAll(async () => {
    await service.process.stop();
    await postgres.stop();
  });

  /** An update at a second after the start. */
  const update = async (thingName: string, second: number, request: object, author?: ShadowAuthor) => {
    now = START + second * 1000;
    return service.rpc.call(updateShadow, { thingName, payload: bytes(request), author });
  };
  const history = async (thingName: string, more: object = {}) => {
    const { histories } = await service.rpc.call(getShadowHistories, { thingNames: [thingName], ...more });
    return histories[0]?.changes;
  };
  const asOf = async (second: number, ...thingNames: string[]) =>
    (await service.rpc.call(getShadowsAsOf, { thingNames, time: START + second * 1000 })).shadows;
  const revert = (thingName: string, toVersion: number, more: object = {}) =>
    service.rpc.call(revertShadow, { thingName, toVersion, ...more });

  it('tells what each version changed, when, by whom and with which token, the latest first', async () => {
    await update(
      'lamp',
      1,
      { state: { desired: { color: 'red', led: { on: true } } }, clientToken: 'nul \u0000' },
      PERSON,
    );
    await update('lamp', 2, { state: { reported: { color: 'red', led: { on: true } } } }, DEVICE);
    await update('lamp', 3, { state: { desired: { color: 'blue', led: { on: null, dim: 5 } } } }, PERSON);
    expect(await history('lamp')).toEqual([
      {
        version: 3,
        at: START + 3000,
        isDeletion: false,
        author: PERSON,
        changes: { desired: { color: 'blue', led: { on: null, dim: 5 } } },
      },
      {
        version: 2,
        at: START + 2000,
        isDeletion: false,
        author: DEVICE,
        changes: { reported: { color: 'red', led: { on: true } } },
      },
      {
        version: 1,
        at: START + 1000,
        isDeletion: false,
        author: PERSON,
        clientToken: 'nul \u0000',
        changes: { desired: { color: 'red', led: { on: true } } },
      },
    ]);
    expect(await history('lamp', { last: 2 })).toHaveLength(2);
    expect((await history('lamp', { before: 3, last: 1 }))?.map(({ version }) => version)).toEqual([2]);
    expect(await history('nobody')).toBeUndefined();
  });

  it('tells who set a field, not who repeated it', async () => {
    await update('field', 1, { state: { desired: { mode: 'eco', fan: { speed: 1 } } } }, PERSON);
    await update('field', 2, { state: { desired: { mode: 'eco' } } }, DEVICE);
    await update('field', 3, { state: { desired: { fan: { speed: 2 } } } }, DEVICE);
    const versions = async (field: string) => (await history('field', { field }))?.map(({ version }) => version);
    expect(await versions('desired.mode')).toEqual([1]);
    expect(await versions('desired.fan.speed')).toEqual([3, 1]);
    expect(await versions('desired')).toEqual([3, 1]);
    expect(await versions('reported.mode')).toEqual([]);
    expect(await history('field', { field: 'desired.mode', last: 1 })).toMatchObject([{ author: PERSON }]);
    await expect(history('field', { field: 'mode' })).rejects.toMatchObject({
      code: 'InvalidRequest',
      details: { field: 'field' },
    });
  });

  it('tells each version apart that one batch has stored', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, n) => update('burst', 1, { state: { reported: { n } } })));
    const changes = (await history('burst', { last: 100 })) ?? [];
    expect(changes.map(({ version }) => version)).toEqual(Array.from({ length: 50 }, (_, index) => 50 - index));
    expect(new Set(changes.map(({ changes: { reported } }) => reported?.['n'])).size).toBe(50);
  });

  it('knows the state at any time, of many shadows at once', async () => {
    await update('then', 10, { state: { desired: { a: 1 }, reported: { a: 0 } } });
    await update('then', 20, { state: { reported: { a: 1, b: { c: [1, 2] } } } });
    await service.rpc.call(deleteShadow, { thingName: 'then', author: PERSON });
    await update('then', 40, { state: { desired: { new: true } } });
    await update('later', 30, { state: { reported: { x: 1 } } });
    expect(await asOf(9, 'then', 'later')).toEqual([]);
    expect(await asOf(10, 'then', 'later')).toEqual([
      {
        thingName: 'then',
        isForgotten: false,
        state: { desired: { a: 1 }, reported: { a: 0 }, delta: { a: 1 } },
        version: 1,
        at: START + 10_000,
      },
    ]);
    expect(await asOf(19.999, 'then')).toMatchObject([{ version: 1 }]);
    // The deletion came in the same instant as the update before it.
    expect(await asOf(39, 'then', 'later')).toMatchObject([{ thingName: 'later', version: 1 }]);
    expect(await asOf(1000, 'then')).toMatchObject([{ version: 3, state: { desired: { new: true } } }]);
    expect(await history('then')).toMatchObject([
      { version: 3 },
      { version: 2, isDeletion: true, author: PERSON, changes: { desired: null, reported: null } },
      { version: 2, isDeletion: false },
      { version: 1 },
    ]);
  });

  it('brings desired back to what it was, as an update of its own that leaves reported alone', async () => {
    await update('back', 1, { state: { desired: { a: 1, b: { c: 1 } }, reported: { a: 1 } } });
    await update('back', 2, { state: { desired: { a: 2, b: { c: null, d: 1 }, e: 1 } } });
    await update('back', 3, { state: { reported: { a: 2 } } });
    heard.clear();
    const { accepted } = await revert('back', 1, { clientToken: 'undo', author: PERSON });
    expect(accepted).toMatchObject({
      version: 4,
      clientToken: 'undo',
      state: { desired: { a: 1, b: { c: 1, d: null }, e: null } },
    });
    const { document } = await service.rpc.call(getShadow, { thingName: 'back' });
    expect(document.state).toEqual({
      desired: { a: 1, b: { c: 1 } },
      reported: { a: 2 },
      delta: { a: 1, b: { c: 1 } },
    });
    expect(heard.updated).toMatchObject([{ thingName: 'back', update: { version: 4 } }]);
    expect((await history('back', { last: 1 }))?.[0]).toMatchObject({ author: PERSON, clientToken: 'undo' });
    // What is reverted can be reverted, and to be what it is already is no error.
    expect((await revert('back', 3)).accepted.version).toBe(5);
    expect((await revert('back', 5)).accepted).toMatchObject({ version: 6, state: {} });
  });

  it('refuses to revert to what it does not know, and on top of what the caller does not know', async () => {
    await update('firm', 1, { state: { desired: { a: 1 } } });
    await update('firm', 2, { state: { desired: { a: 2 } } });
    await expect(revert('firm', 9)).rejects.toMatchObject({ code: 'ResourceNotFound' });
    await expect(revert('nobody', 1, { clientToken: 't' })).rejects.toMatchObject({
      code: 'ResourceNotFound',
      details: { clientToken: 't' },
    });
    await expect(revert('firm', 1, { version: 1 })).rejects.toMatchObject({ code: 'VersionConflict' });
    expect((await revert('firm', 1, { version: 2 })).accepted.version).toBe(3);
  });

  it('reverts although others go on updating', async () => {
    await update('contended', 1, { state: { desired: { a: 1 } } });
    await update('contended', 2, { state: { desired: { a: 2 } } });
    const others = Promise.all(
      Array.from({ length: 10 }, (_, n) => update('contended', 3, { state: { reported: { n } } })),
    );
    await revert('contended', 1);
    await others;
    expect((await service.rpc.call(getShadow, { thingName: 'contended' })).document.state.desired).toEqual({ a: 1 });
  });

  it('forgets what is older than it is told to keep, and says so', async () => {
    await update('old', 100, { state: { desired: { a: 1 } } });
    await update('old', 200, { state: { desired: { a: 2 } } });
    await update('old', 8 * 86_400, { state: { desired: { a: 3 } } });
    await update('fresh', 8 * 86_400, { state: { desired: { a: 1 } } });
    await service.process.app.get(HistoryRetention, { strict: false }).sweep();
    expect((await history('old'))?.map(({ version }) => version)).toEqual([3]);
    expect(await asOf(150, 'old', 'fresh')).toEqual([{ thingName: 'old', isForgotten: true }]);
    // What was before the oldest change that is kept is known from that change.
    expect((await revert('old', 2)).accepted).toMatchObject({ version: 4, state: { desired: { a: 2 } } });
    await expect(revert('old', 1)).rejects.toMatchObject({
      code: 'ResourceNotFound',
      details: { version: 1, oldest: 3, current: 4 },
    });
  });

  it('goes as far back for a busy shadow as the quiet ones leave room for, and refuses it alone beyond', async () => {
    const quiet = Array.from({ length: 999 }, (_, n) => `quiet-${n}`);
    await update('quiet-0', 10, { state: { reported: { a: 1 } } });
    await update('busy', 10, { state: { reported: { a: 1 } } });
    for (let n = 0; n < 30; n++) await update('busy', 20, { state: { reported: { n } } });
    const { histories } = await service.rpc.call(getShadowHistories, {
      thingNames: ['busy', ...quiet],
      last: 1,
      field: 'reported.a',
    });
    expect(histories).toMatchObject([
      { thingName: 'busy', changes: [{ version: 1 }] },
      { thingName: 'quiet-0', changes: [{ version: 1 }] },
    ]);
    expect(await asOf(15, 'busy', ...quiet)).toMatchObject([
      { thingName: 'busy', version: 1 },
      { thingName: 'quiet-0', version: 1 },
    ]);
  });

  it('reverts to what a deletion ended, also when that deletion is the oldest change it keeps', async () => {
    const day = (n: number) => n * 86_400;
    await update('reborn', day(9), { state: { desired: { a: 1 } } });
    await update('reborn', day(9), { state: { desired: { a: 2 } } });
    now = START + 17.5 * DAY_MS;
    await service.rpc.call(deleteShadow, { thingName: 'reborn' });
    await service.process.app.get(HistoryRetention, { strict: false }).sweep();
    await update('reborn', day(18), { state: { desired: { a: 3 } } });
    expect(await history('reborn')).toMatchObject([{ version: 3 }, { version: 2, isDeletion: true }]);
    await expect(revert('reborn', 1)).rejects.toMatchObject({ code: 'ResourceNotFound' });
    expect((await revert('reborn', 2)).accepted.state).toEqual({ desired: { a: 2 } });
  });

  it('refuses the token of a revert that is longer than it may be in bytes', async () => {
    await update('token', 10, { state: { desired: { a: 1 } } });
    await expect(revert('token', 1, { clientToken: 'é'.repeat(33) })).rejects.toMatchObject({
      code: 'InvalidRequest',
      message: 'Invalid clientToken',
    });
    expect((await revert('token', 1, { clientToken: 'é'.repeat(32) })).accepted.version).toBe(2);
  });

  it('forgets a deleted shadow when its history ends', async () => {
    await update('dead', 9 * 86_400, { state: { reported: { a: 1 } } });
    await service.rpc.call(deleteShadow, { thingName: 'dead' });
    const retention = service.process.app.get(HistoryRetention, { strict: false });
    await retention.sweep();
    expect(await history('dead')).toHaveLength(2);
    now += 8 * DAY_MS;
    await retention.sweep();
    expect(await history('dead')).toBeUndefined();
    expect((await update('dead', 20 * 86_400, { state: {} })).accepted.version).toBe(1);
  });
});

describe('a shadow service that keeps no history', () => {
  it('tells of none, and updates all the same', async () => {
    const postgres = await startPostgres();
    const { rpc, process } = await startShadowService(postgres.url, new Heard(), {
      THINGCORE_SHADOW_HISTORY_DAYS: '0',
    });
    await rpc.call(updateShadow, { thingName: 'lamp', payload: bytes({ state: { desired: { a: 1 } } }) });
    const { accepted } = await rpc.call(updateShadow, { thingName: 'lamp', payload: bytes({ state: {} }) });
    expect(accepted.version).toBe(2);
    const { histories } = await rpc.call(getShadowHistories, { thingNames: ['lamp'] });
    expect(histories).toEqual([{ thingName: 'lamp', changes: [] }]);
    await process.stop();
    await postgres.stop();
  });
});
