import {
  deleteShadow,
  getShadow,
  getShadows,
  listNamedShadows,
  performShadowRequests,
  updateShadow,
} from '#thingcore/contracts';
import { updateMessages } from '#thingcore/shadow-document';
import { startPostgres, type TestPostgres } from '#thingcore/testing';
import type { RpcClient } from '#thingcore/transport';
import { bytes, Heard, type ShadowServiceUnderTest, startShadowService } from './shadow-service.fixture.js';

const HOUR_MS = 3_600_000;

describe('the shadow service', () => {
  const heard = new Heard();
  let postgres: TestPostgres;
  let service: ShadowServiceUnderTest;
  let rpc: RpcClient;

  beforeAll(async () => {
    postgres = await startPostgres();
    service = await startShadowService(postgres.url, heard);
    rpc = service.rpc;
  });

  afterAll(async () => {
    await service.process.stop();
    await postgres.stop();
  });

  beforeEach(() => heard.clear());

  it('stores an update and tells of it with all that MQTT clients are told', async () => {
    const { accepted } = await rpc.call(updateShadow, {
      thingName: 'pump',
      payload: bytes({ state: { desired: { run: true }, reported: { run: false } }, clientToken: 't1' }),
    });
    expect(accepted).toMatchObject({ version: 1, clientToken: 't1', state: { desired: { run: true } } });
    expect(heard.updated).toMatchObject([
      { thingName: 'pump', update: { previous: null, version: 1, clientToken: 't1' } },
    ]);
    const [told] = heard.updated.map(({ update }) => updateMessages(update));
    expect(told).toMatchObject({
      accepted: { version: 1, state: { desired: { run: true }, reported: { run: false } }, clientToken: 't1' },
      delta: { version: 1, state: { run: true } },
      documents: { previous: null, current: { version: 1 } },
    });
    const { document } = await rpc.call(getShadow, { thingName: 'pump', payload: bytes({ clientToken: 't2' }) });
    expect(document).toMatchObject({ version: 1, clientToken: 't2', state: { delta: { run: true } } });
  });

  it('keeps the classic and the named shadows of a thing apart', async () => {
    await rpc.call(updateShadow, { thingName: 'apart', payload: bytes({ state: { reported: { a: 1 } } }) });
    await rpc.call(updateShadow, {
      thingName: 'apart',
      shadowName: 'config',
      payload: bytes({ state: { desired: { b: 2 } } }),
    });
    expect((await rpc.call(getShadow, { thingName: 'apart' })).document.state).toEqual({ reported: { a: 1 } });
    const named = await rpc.call(getShadow, { thingName: 'apart', shadowName: 'config' });
    expect(named.document.state.desired).toEqual({ b: 2 });
  });

  it.each([
    ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe]).toString('base64'), 'UnsupportedEncoding'],
    ['no JSON', bytes('{"state":'), 'InvalidRequest'],
    ['no state', bytes({}), 'InvalidRequest'],
    ['a stale version', bytes({ state: { desired: { a: 2 } }, version: 9, clientToken: 'tok' }), 'VersionConflict'],
    ['a document that grows too large', bytes({ state: { desired: { a: 'x'.repeat(9000) } } }), 'PayloadTooLarge'],
  ])('refuses %s and changes nothing', async (_name, payload, code) => {
    await rpc.call(deleteShadow, { thingName: 'strict' }).catch(() => undefined);
    const { accepted } = await rpc.call(updateShadow, {
      thingName: 'strict',
      payload: bytes({ state: { desired: { a: 1 } } }),
    });
    heard.clear();
    await expect(rpc.call(updateShadow, { thingName: 'strict', payload })).rejects.toMatchObject({ code });
    const { document } = await rpc.call(getShadow, { thingName: 'strict' });
    expect(document).toMatchObject({ version: accepted.version, state: { desired: { a: 1 } } });
    expect(heard.updated).toEqual([]);
  });

  it('stores any character that JSON can carry', async () => {
    const text = 'nul \u0000, lone surrogate \ud800, snowman ☃, quote "';
    await rpc.call(updateShadow, { thingName: 'odd', payload: bytes({ state: { reported: { text } } }) });
    expect((await rpc.call(getShadow, { thingName: 'odd' })).document.state.reported).toEqual({ text });
  });

  it('lets exactly one of two updates of the same version win', async () => {
    await rpc.call(updateShadow, { thingName: 'race', payload: bytes({ state: { desired: { a: 0 } } }) });
    const attempt = (a: number) =>
      rpc.call(updateShadow, { thingName: 'race', payload: bytes({ state: { desired: { a } }, version: 1 }) });
    const results = await Promise.allSettled([attempt(1), attempt(2)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'VersionConflict' } });
  });

  it('deletes a shadow, remembers its version for 48 hours, and starts afresh after that', async () => {
    const update = () =>
      rpc.call(updateShadow, { thingName: 'phoenix', payload: bytes({ state: { reported: { a: 1 } } }) });
    await update();
    await update();
    const { deleted } = await rpc.call(deleteShadow, { thingName: 'phoenix', payload: bytes({ clientToken: 'd' }) });
    expect(deleted).toMatchObject({ version: 2, clientToken: 'd' });
    expect(heard.deleted).toMatchObject([{ thingName: 'phoenix', deleted: { version: 2 } }]);
    await expect(rpc.call(getShadow, { thingName: 'phoenix' })).rejects.toMatchObject({
      code: 'ResourceNotFound',
      message: "No shadow exists with name: 'phoenix'",
    });
    expect((await update()).accepted.version).toBe(3);
    await rpc.call(deleteShadow, { thingName: 'phoenix' });

    const { clock } = service;
    const now = clock.now();
    clock.now = () => now + 49 * HOUR_MS;
    try {
      expect((await update()).accepted.version).toBe(1);
    } finally {
      clock.now = () => Date.now();
    }
  });

  it('says that there is nothing to delete', async () => {
    await expect(
      rpc.call(deleteShadow, { thingName: 'nothing', payload: bytes({ clientToken: 'x' }) }),
    ).rejects.toMatchObject({
      code: 'ResourceNotFound',
      details: { clientToken: 'x' },
    });
  });

  it('reads the shadows of many things at once, those that exist', async () => {
    await rpc.call(updateShadow, { thingName: 'many-1', payload: bytes({ state: { reported: { a: 1 } } }) });
    await rpc.call(updateShadow, { thingName: 'many-2', payload: bytes({ state: { reported: { a: 2 } } }) });
    const { shadows } = await rpc.call(getShadows, { thingNames: ['many-1', 'many-2', 'never'] });
    expect(shadows.map(({ thingName }) => thingName).sort()).toEqual(['many-1', 'many-2']);
  });

  it('tells when a shadow was last updated', async () => {
    const before = Date.now();
    await rpc.call(updateShadow, { thingName: 'dated', payload: bytes({ state: { reported: { a: 1 } } }) });
    const { shadows } = await rpc.call(getShadows, { thingNames: ['dated'] });
    expect(shadows[0]?.updatedAt).toBeGreaterThanOrEqual(before);
    expect(shadows[0]?.updatedAt).toBeLessThanOrEqual(Date.now());
  });

  it('carries out requests that travel together, those for one shadow in their order', async () => {
    const update = (thingName: string, state: object, more: object = {}) =>
      ({ operation: 'update', thingName, payload: bytes({ state, ...more }) }) as const;
    const { outcomes } = await rpc.call(performShadowRequests, {
      requests: [
        update('together', { reported: { a: 1 } }),
        update('together', { reported: { a: 2 } }, { version: 1 }),
        update('together', { reported: { a: 3 } }, { version: 1, clientToken: 'stale' }),
        update('other', { desired: { b: [null] } }),
        { operation: 'delete', thingName: 'never-there', payload: bytes({ clientToken: 'gone' }) },
      ],
    });
    expect(outcomes).toEqual([
      {},
      {},
      {
        error: expect.objectContaining({
          code: 'VersionConflict',
          details: expect.objectContaining({ clientToken: 'stale' }),
        }),
      },
      { error: expect.objectContaining({ code: 'InvalidRequest', message: 'State contains an invalid node' }) },
      {
        error: expect.objectContaining({
          code: 'ResourceNotFound',
          details: { name: 'never-there', clientToken: 'gone' },
        }),
      },
    ]);
    const read = await rpc.call(performShadowRequests, {
      requests: [{ operation: 'get', thingName: 'together', payload: bytes({ clientToken: 'read' }) }],
    });
    expect(read.outcomes.map(({ document = '' }) => JSON.parse(document) as unknown)).toMatchObject([
      { version: 2, clientToken: 'read', state: { reported: { a: 2 } } },
    ]);
  });

  it('keeps the order of updates and deletions that come together, in what it stores and in what it tells', async () => {
    const request = (operation: 'update' | 'delete', n: number) =>
      ({
        operation,
        thingName: 'mixed',
        payload: bytes({ state: { reported: { [`f${n}`]: n } }, clientToken: `${n}` }),
      }) as const;
    const operations = ['update', 'update', 'delete', 'delete', 'update'] as const;
    const { outcomes } = await rpc.call(performShadowRequests, { requests: operations.map(request) });
    expect(outcomes.map(({ error }) => error?.code)).toEqual([
      undefined,
      undefined,
      undefined,
      'ResourceNotFound',
      undefined,
    ]);
    expect(heard.updated.map(({ update }) => [update.version, update.previous?.version])).toEqual([
      [1, undefined],
      [2, 1],
      [3, undefined],
    ]);
    expect(heard.deleted).toMatchObject([{ deleted: { version: 2, clientToken: '2' } }]);
    expect((await rpc.call(getShadow, { thingName: 'mixed' })).document).toMatchObject({
      version: 3,
      state: { reported: { f4: 4 } },
    });
  });

  it('lists named shadows in the order of their bytes, page by page', async () => {
    for (const shadowName of ['b', 'B', '$a', 'a', undefined, 'gone']) {
      await rpc.call(updateShadow, { thingName: 'listed', shadowName, payload: bytes({ state: {} }) });
    }
    await rpc.call(deleteShadow, { thingName: 'listed', shadowName: 'gone' });
    const list = (after?: string, limit?: number) =>
      rpc.call(listNamedShadows, { thingNames: ['listed', 'unheard-of'], after, limit });
    const nothing = { thingName: 'unheard-of', shadowNames: [] };
    expect((await list()).things).toEqual([{ thingName: 'listed', shadowNames: ['$a', 'B', 'a', 'b'] }, nothing]);
    expect((await list(undefined, 2)).things).toEqual([
      { thingName: 'listed', shadowNames: ['$a', 'B'], nextToken: 'B' },
      nothing,
    ]);
    expect((await list('B', 2)).things).toEqual([{ thingName: 'listed', shadowNames: ['a', 'b'] }, nothing]);
  });

  it('reads a shadow that does not fit into one page of the database, and one that is almost empty', async () => {
    const large = Object.fromEntries(
      Array.from({ length: 240 }, (_, n) => [`key-${n}`, `value ${n} ${'x'.repeat(8)}`]),
    );
    await rpc.call(updateShadow, { thingName: 'large', payload: bytes({ state: { reported: large } }) });
    await rpc.call(updateShadow, { thingName: 'large', payload: bytes({ state: { reported: { 'key-1': null } } }) });
    const { 'key-1': _removed, ...rest } = large;
    expect((await rpc.call(getShadow, { thingName: 'large' })).document.state).toEqual({ reported: rest });
    await rpc.call(updateShadow, { thingName: 'large', payload: bytes({ state: null }) });
    expect((await rpc.call(getShadow, { thingName: 'large' })).document).toMatchObject({ state: {}, version: 3 });
  });
});
