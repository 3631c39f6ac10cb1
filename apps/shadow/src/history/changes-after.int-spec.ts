import { deleteShadow, listShadowChangesAfter, type ShadowPosition, updateShadow } from '#thingcore/contracts';
import { startPostgres, type TestPostgres } from '#thingcore/testing';
import { bytes, Heard, type ShadowServiceUnderTest, startShadowService } from '../shadow-service.fixture.js';
import { HistoryRetention } from './history-retention.js';

const DAY_MS = 86_400_000;
const START = 1_700_000_000_000;

describe('the changes of a shadow behind a position', () => {
  let postgres: TestPostgres;
  let service: ShadowServiceUnderTest;
  let now = START;

  beforeAll(async () => {
    postgres = await startPostgres();
    service = await startShadowService(postgres.url, new Heard(), { THINGCORE_SHADOW_HISTORY_DAYS: '7' });
    service.clock.now = () => now;
  });

  afterAll(async () => {
    await service.process.stop();
    await postgres.stop();
  });

  const update = (thingName: string, n: number) =>
    service.rpc.call(updateShadow, { thingName, payload: bytes({ state: { reported: { n } } }) });
  const after = (thingName: string, position: Partial<ShadowPosition> & { version: number }, limit?: number) =>
    service.rpc.call(listShadowChangesAfter, { thingName, after: position, limit });
  const versionsAfter = async (...args: Parameters<typeof after>) => {
    const { changes, isForgotten } = await after(...args);
    return isForgotten ? 'forgotten' : changes.map(({ version, isDeletion }) => (isDeletion ? -version : version));
  };

  it('come the earliest first, each with the state it left', async () => {
    for (const n of [1, 2, 3]) await update('lamp', n);
    const { changes } = await after('lamp', { version: 1, timestamp: START / 1000 });
    expect(changes).toEqual([
      { version: 2, at: now, isDeletion: false, changes: { reported: { n: 2 } }, state: { reported: { n: 2 } } },
      { version: 3, at: now, isDeletion: false, changes: { reported: { n: 3 } }, state: { reported: { n: 3 } } },
    ]);
    expect(await versionsAfter('lamp', { version: 0 })).toEqual([1, 2, 3]);
    expect(await versionsAfter('lamp', { version: 3 })).toEqual([]);
    expect(await versionsAfter('lamp', { version: 0 }, 2)).toEqual([1, 2]);
  });

  it('tell a deletion from the update of its version', async () => {
    await update('fan', 1);
    await service.rpc.call(deleteShadow, { thingName: 'fan' });
    expect(await versionsAfter('fan', { version: 1 })).toEqual([-1]);
    expect(await versionsAfter('fan', { version: 1, isDeletion: true })).toEqual([]);
    await update('fan', 2);
    expect(await versionsAfter('fan', { version: 1 })).toEqual([-1, 2]);
    expect(await versionsAfter('fan', { version: 1, isDeletion: true })).toEqual([2]);
    expect((await after('fan', { version: 0 })).changes[1]).not.toHaveProperty('state');
  });

  it.each<[string, Partial<ShadowPosition> & { version: number }]>([
    ['that the shadow has not come to', { version: 99 }],
    ['of another life of the shadow', { version: 2, timestamp: START / 1000 - 10 * 86_400 }],
    ['that was no deletion', { version: 2, isDeletion: true }],
  ])('are not known behind a position %s', async (_name, position) => {
    for (const n of [1, 2, 3]) await update('door', n);
    expect(await versionsAfter('door', position)).toBe('forgotten');
  });

  it('of a shadow that never was are none, for who has seen none', async () => {
    expect(await versionsAfter('nobody', { version: 0 })).toEqual([]);
    expect(await versionsAfter('nobody', { version: 1 })).toBe('forgotten');
  });

  it('are known as far back as the history is kept: the last that was seen need not be kept itself', async () => {
    await update('press', 1);
    await update('press', 2);
    now += 8 * DAY_MS;
    await update('press', 3);
    await update('press', 4);
    await service.process.app.get(HistoryRetention, { strict: false }).sweep();
    expect(await versionsAfter('press', { version: 2 })).toEqual([3, 4]);
    expect(await versionsAfter('press', { version: 1 })).toBe('forgotten');
    expect(await versionsAfter('press', { version: 0 })).toBe('forgotten');
  });

  it('come from deep in the history, too', async () => {
    for (let n = 1; n <= 250; n++) await update('busy', n);
    expect(await versionsAfter('busy', { version: 5 }, 3)).toEqual([6, 7, 8]);
  });
});
