import { Controller, Module } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import {
  deleteShadow,
  getShadow,
  getShadows,
  type PayloadOf,
  shadowDeleted,
  shadowUpdated,
  updateShadow,
} from '#thingcore/contracts';
import { Clock, type RunningProcess } from '#thingcore/platform';
import { startPostgres, type TestPostgres, startTestProcess } from '#thingcore/testing';
import { handles, RpcClient } from '#thingcore/transport';
import { ShadowModule } from './shadow.module.js';

const HOUR_MS = 3_600_000;

@Controller()
class EventListener {
  static updated: PayloadOf<typeof shadowUpdated>[] = [];
  static deleted: PayloadOf<typeof shadowDeleted>[] = [];

  @EventPattern(...handles(shadowUpdated))
  onUpdated(event: PayloadOf<typeof shadowUpdated>) {
    EventListener.updated.push(event);
  }

  @EventPattern(...handles(shadowDeleted))
  onDeleted(event: PayloadOf<typeof shadowDeleted>) {
    EventListener.deleted.push(event);
  }
}

@Module({ controllers: [EventListener] })
class ListenerModule {}

const bytes = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64');

describe('the shadow service', () => {
  let postgres: TestPostgres;
  const services: RunningProcess[] = [];
  let rpc: RpcClient;
  let clock: { now(): number };

  async function start(): Promise<RunningProcess> {
    const running = await startTestProcess({
      service: 'shadow',
      databaseUrl: postgres.url,
      modules: [ShadowModule, ListenerModule],
    });
    services.push(running);
    return running;
  }

  beforeAll(async () => {
    postgres = await startPostgres();
    const { app } = await start();
    rpc = app.get(RpcClient, { strict: false });
    clock = app.get(Clock);
  });

  afterAll(async () => {
    for (const service of services) await service.stop();
    await postgres.stop();
  });

  beforeEach(() => {
    EventListener.updated = [];
    EventListener.deleted = [];
  });

  it('stores an update and tells of it with all that MQTT clients are told', async () => {
    const { accepted } = await rpc.call(updateShadow, {
      thingName: 'pump',
      payload: bytes({ state: { desired: { run: true }, reported: { run: false } }, clientToken: 't1' }),
    });
    expect(accepted).toMatchObject({ version: 1, clientToken: 't1', state: { desired: { run: true } } });
    expect(EventListener.updated).toMatchObject([
      {
        thingName: 'pump',
        version: 1,
        accepted: { version: 1 },
        delta: { version: 1, state: { run: true } },
        documents: { previous: null, current: { version: 1 } },
        document: { state: { desired: { run: true }, reported: { run: false }, delta: { run: true } } },
      },
    ]);
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
    EventListener.updated = [];
    await expect(rpc.call(updateShadow, { thingName: 'strict', payload })).rejects.toMatchObject({ code });
    const { document } = await rpc.call(getShadow, { thingName: 'strict' });
    expect(document).toMatchObject({ version: accepted.version, state: { desired: { a: 1 } } });
    expect(EventListener.updated).toEqual([]);
  });

  it('stores any character that JSON can carry', async () => {
    const text = 'nul \u0000, lone surrogate \ud800, snowman ☃, quote "';
    await rpc.call(updateShadow, { thingName: 'odd', payload: bytes({ state: { reported: { text } } }) });
    expect((await rpc.call(getShadow, { thingName: 'odd' })).document.state.reported).toEqual({ text });
  });

  it('applies concurrent updates one after the other and loses no field, also with two replicas', async () => {
    const other = (await start()).app.get(RpcClient, { strict: false });
    const update = (client: RpcClient, field: string) =>
      client.call(updateShadow, { thingName: 'busy', payload: bytes({ state: { reported: { [field]: 1 } } }) });
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, index) => update(index % 2 === 0 ? rpc : other, `f${index}`)),
    );
    const versions = replies.map(({ accepted }) => accepted.version).sort((a, b) => a - b);
    expect(versions).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    const { document } = await rpc.call(getShadow, { thingName: 'busy' });
    expect(Object.keys(document.state.reported ?? {})).toHaveLength(20);
  });

  it('lets exactly one of two updates of the same version win', async () => {
    await rpc.call(updateShadow, { thingName: 'race', payload: bytes({ state: { desired: { a: 0 } } }) });
    const attempt = (a: number) =>
      rpc.call(updateShadow, { thingName: 'race', payload: bytes({ state: { desired: { a } }, version: 1 }) });
    const results = await Promise.allSettled([attempt(1), attempt(2)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'VersionConflict' } });
  });

  it('tells of the versions of a shadow in ascending order', async () => {
    await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        rpc.call(updateShadow, { thingName: 'order', payload: bytes({ state: { reported: { n } } }) }),
      ),
    );
    expect(EventListener.updated.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('deletes a shadow, remembers its version for 48 hours, and starts afresh after that', async () => {
    const update = () =>
      rpc.call(updateShadow, { thingName: 'phoenix', payload: bytes({ state: { reported: { a: 1 } } }) });
    await update();
    await update();
    const { deleted } = await rpc.call(deleteShadow, { thingName: 'phoenix', payload: bytes({ clientToken: 'd' }) });
    expect(deleted).toMatchObject({ version: 2, clientToken: 'd' });
    expect(EventListener.deleted).toMatchObject([{ thingName: 'phoenix', deleted: { version: 2 } }]);
    await expect(rpc.call(getShadow, { thingName: 'phoenix' })).rejects.toMatchObject({
      code: 'ResourceNotFound',
      message: "No shadow exists with name: 'phoenix'",
    });
    expect((await update()).accepted.version).toBe(3);
    await rpc.call(deleteShadow, { thingName: 'phoenix' });

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
});
