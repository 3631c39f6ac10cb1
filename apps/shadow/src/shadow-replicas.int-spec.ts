import { setTimeout as sleep } from 'node:timers/promises';
import { deleteShadow, getShadow, getShadows, updateShadow } from '#thingcore/contracts';
import { startPostgres, type TestPostgres } from '#thingcore/testing';
import { bytes, Heard, type ShadowServiceUnderTest, startShadowService } from './shadow-service.fixture.js';

describe('two replicas of the shadow service', () => {
  const heard = new Heard();
  let postgres: TestPostgres;
  let replicas: ShadowServiceUnderTest[];

  beforeAll(async () => {
    postgres = await startPostgres();
    replicas = await Promise.all([1, 2].map(() => startShadowService(postgres.url, heard)));
  });

  afterAll(async () => {
    for (const { process } of replicas) await process.stop();
    await postgres.stop();
  });

  beforeEach(() => {
    heard.clear();
    heard.beforeHearing = () => Promise.resolve();
  });

  const update = (replica: number, thingName: string, request: object) =>
    replicas[replica % 2]!.rpc.call(updateShadow, { thingName, payload: bytes(request) });
  const get = async (replica: number, thingName: string) =>
    (await replicas[replica % 2]!.rpc.call(getShadow, { thingName })).document;

  it('lose no field of concurrent updates and give each a version of its own', async () => {
    const replies = await Promise.all(
      Array.from({ length: 200 }, (_, n) => update(n, `busy-${n % 5}`, { state: { reported: { [`f${n}`]: 1 } } })),
    );
    for (let thing = 0; thing < 5; thing++) {
      const versions = replies.filter((_, n) => n % 5 === thing).map(({ accepted }) => accepted.version);
      expect(versions.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
      const { state } = await get(thing, `busy-${thing}`);
      expect(Object.keys(state.reported ?? {})).toHaveLength(40);
    }
  });

  it('tell of the versions of a shadow in ascending order, however long the telling takes', async () => {
    let n = 0;
    // The replica that stores a version first may be the slower one to tell of it.
    heard.beforeHearing = () => sleep(n++ % 2 === 0 ? 25 : 1);
    const inLine = async (replica: number) => {
      for (let round = 0; round < 10; round++)
        await update(replica, 'order', { state: { reported: { [`r${replica}`]: round } } });
    };
    await Promise.all([inLine(0), inLine(1), inLine(0), inLine(1)]);
    expect(heard.updated.map(({ update: { version } }) => version)).toEqual(
      Array.from({ length: 40 }, (_, i) => i + 1),
    );
    for (const [index, { update: told }] of heard.updated.entries()) {
      expect(told.previous?.version).toBe(index === 0 ? undefined : index);
    }
  });

  it('do not wait for ever for the other that is stopped in mid-telling', async () => {
    let isStopped = true;
    heard.beforeHearing = async () => {
      heard.beforeHearing = () => Promise.resolve();
      while (isStopped) await sleep(50);
    };
    const stopped = update(0, 'held', { state: { reported: { a: 1 } } });
    await sleep(200);
    const startedAt = performance.now();
    const { accepted } = await update(1, 'held', { state: { reported: { b: 1 } } });
    expect(accepted.version).toBe(2);
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    isStopped = false;
    expect((await stopped).accepted.version).toBe(1);
  });

  it('apply the updates of one sender in the order they are sent, whichever replica gets them', async () => {
    for (let n = 0; n < 20; n++) await update(n, 'sender', { state: { reported: { n } }, version: n });
    expect(await get(0, 'sender')).toMatchObject({ version: 20, state: { reported: { n: 19 } } });
  });

  it('answer a get with what the other has just stored', async () => {
    for (let n = 0; n < 20; n++) {
      await update(n, 'fresh', { state: { reported: { n } } });
      expect((await get(n + 1, 'fresh')).state).toEqual({ reported: { n } });
    }
    const { shadows } = await replicas[0]!.rpc.call(getShadows, { thingNames: ['fresh'] });
    expect(shadows).toMatchObject([{ document: { version: 20 } }]);
  });

  it('judge a version by what is stored, not by what they remember', async () => {
    await update(0, 'judged', { state: { reported: { a: 1 } } });
    await update(1, 'judged', { state: { reported: { a: 2 } } });
    // Replica 0 remembers version 1.
    await expect(update(0, 'judged', { state: {}, version: 1 })).rejects.toMatchObject({ code: 'VersionConflict' });
    expect((await update(1, 'judged', { state: {}, version: 2 })).accepted.version).toBe(3);
    expect((await update(0, 'judged', { state: {}, version: 3 })).accepted.version).toBe(4);
  });

  it('see that the other has deleted a shadow and made it again', async () => {
    await update(0, 'phoenix', { state: { reported: { a: 1 } } });
    await replicas[1]!.rpc.call(deleteShadow, { thingName: 'phoenix' });
    await expect(get(0, 'phoenix')).rejects.toMatchObject({ code: 'ResourceNotFound' });
    const later = replicas[1]!.clock;
    const now = later.now();
    later.now = () => now + 49 * 3_600_000;
    try {
      expect((await update(1, 'phoenix', { state: { reported: { b: 1 } } })).accepted.version).toBe(1);
    } finally {
      later.now = () => Date.now();
    }
    // Version 1 is what replica 0 remembers, and it is another shadow.
    expect((await update(0, 'phoenix', { state: { reported: { c: 1 } } })).accepted.version).toBe(2);
    expect((await get(0, 'phoenix')).state).toEqual({ reported: { b: 1, c: 1 } });
  });
});
