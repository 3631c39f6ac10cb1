import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { getShadow, getShadowHistories, updateShadow } from '#thingcore/contracts';
import { startDurablePostgres, startPostgres, type TestPostgres } from '#thingcore/testing';
import type { RpcClient } from '#thingcore/transport';
import { bytes, Heard, type ShadowServiceUnderTest, startShadowService } from './shadow-service.fixture.js';

/** A way to the database that can be told to swallow what the database says, and then to break. */
class DeafLine {
  isDeaf = false;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async to(databaseUrl: string): Promise<DeafLine> {
    const url = new URL(databaseUrl);
    const [port, host] = [Number(url.port), url.hostname];
    const server = createServer((near) => line.carry(near, connect(port, host)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url.port = String((server.address() as { port: number }).port);
    const line = new DeafLine(server, url.toString());
    return line;
  }

  /** Ends every connection. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  private carry(near: Socket, far: Socket): void {
    for (const socket of [near, far]) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.sockets.delete(socket));
    }
    near.pipe(far);
    far.on('data', (data) => {
      if (!this.isDeaf) near.write(data);
    });
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  }
}

/** The changes of a shadow, the first one first. */
async function changesOf(rpc: RpcClient, thingName: string) {
  const changes = [];
  for (let before: number | undefined; ;) {
    const { histories } = await rpc.call(getShadowHistories, { thingNames: [thingName], last: 100, before });
    const page = histories[0]?.changes ?? [];
    changes.unshift(...page.reverse());
    before = page[0]?.version;
    if (before === undefined || before === 1) return changes;
  }
}

describe('a shadow service whose connection breaks between a statement and its answer', () => {
  const heard = new Heard();
  let postgres: TestPostgres;
  let line: DeafLine;
  let service: ShadowServiceUnderTest;

  beforeAll(async () => {
    postgres = await startPostgres();
    line = await DeafLine.to(postgres.url);
    service = await startShadowService(line.url, heard);
  });

  afterAll(async () => {
    await service.process.stop();
    await line.close();
    await postgres.stop();
  });

  /** When connections are back in the pool: what cannot connect has sent nothing, and there is nothing to find out. */
  const beDeaf = async () => {
    await sleep(100);
    line.isDeaf = true;
  };

  it('finds out what was stored, answers and tells it, and stores nothing twice', async () => {
    const update = (n: number) =>
      service.rpc.call(updateShadow, {
        thingName: `thing-${n % 10}`,
        payload: bytes({ state: { reported: { [`f${n}`]: n } }, clientToken: `${n}` }),
      });
    await Promise.all(Array.from({ length: 10 }, (_, n) => update(n)));
    heard.clear();
    await beDeaf();
    const answers = Promise.all(Array.from({ length: 30 }, (_, n) => update(n + 10)));
    await sleep(300); // The statements arrive and are carried out; nobody hears of it.
    line.isDeaf = false;
    line.cut();
    const accepted = (await answers).map((answer) => answer.accepted);
    for (let thing = 0; thing < 10; thing++) {
      const changes = await changesOf(service.rpc, `thing-${thing}`);
      expect(changes.map(({ version }) => version)).toEqual([1, 2, 3, 4]);
      const own = accepted.filter(({ clientToken }) => Number(clientToken) % 10 === thing);
      expect(changes.slice(1).map(({ clientToken }) => clientToken)).toEqual(own.map(({ clientToken }) => clientToken));
      const told = heard.updated.filter(({ thingName }) => thingName === `thing-${thing}`);
      expect(told.map(({ update: { version, clientToken } }) => [version, clientToken])).toEqual(
        own.map(({ version, clientToken }) => [version, clientToken]),
      );
    }
  });

  it('gives up a connection that answers nothing and never breaks, and goes on over another', async () => {
    await service.rpc.call(updateShadow, { thingName: 'silent', payload: bytes({ state: {} }) });
    await beDeaf();
    const lost = { state: { reported: { a: 1 } }, clientToken: 'swallowed' };
    const caller = service.rpc.call(updateShadow, { thingName: 'silent', payload: bytes(lost) });
    const reader = service.rpc.call(getShadow, { thingName: 'silent' });
    await expect(caller).rejects.toMatchObject({ code: 'ServiceUnavailable' });
    await expect(reader).rejects.toMatchObject({ code: 'ServiceUnavailable' });
    line.isDeaf = false;
    const { accepted } = await service.rpc.call(updateShadow, { thingName: 'silent', payload: bytes({ state: {} }) });
    expect(accepted.version).toBe(3);
    expect((await changesOf(service.rpc, 'silent')).map(({ clientToken }) => clientToken)).toEqual([
      undefined,
      'swallowed',
      undefined,
    ]);
  });

  it('refuses with the token what it cannot find out in time, and says that it may have been stored', async () => {
    await service.rpc.call(updateShadow, { thingName: 'unknown', payload: bytes({ state: {} }) });
    await beDeaf();
    const cutting = setInterval(() => line.cut(), 200);
    const refused = service.rpc.call(updateShadow, {
      thingName: 'unknown',
      payload: bytes({ state: {}, clientToken: 'lost' }),
    });
    await expect(refused).rejects.toMatchObject({
      code: 'ServiceUnavailable',
      details: { clientToken: 'lost', isOutcomeUnknown: true },
    });
    clearInterval(cutting);
    line.isDeaf = false;
    line.cut();
    // It was, once, as its history tells.
    expect((await changesOf(service.rpc, 'unknown')).map(({ clientToken }) => clientToken)).toEqual([
      undefined,
      'lost',
    ]);
  });
});

describe('a shadow service whose PostgreSQL is killed', () => {
  it('keeps every update it has answered, applies none twice, and recovers by itself', async () => {
    const postgres = await startDurablePostgres();
    const service = await startShadowService(postgres.url);
    const accepted = new Map<string, { thingName: string; version: number }>();
    const refusals: { code?: string }[] = [];
    let isStreaming = true;
    const stream = async (sender: number) => {
      for (let n = 0; isStreaming; n++) {
        const thingName = `thing-${(sender + n) % 20}`;
        const clientToken = `${sender}/${n}`;
        const payload = bytes({ state: { reported: { [`s${sender}`]: n } }, clientToken });
        try {
          const answer = await service.rpc.call(updateShadow, { thingName, payload });
          accepted.set(clientToken, { thingName, version: answer.accepted.version });
        } catch (error) {
          refusals.push(error as { code?: string });
          await sleep(20);
        }
      }
    };
    const streams = Promise.all(Array.from({ length: 16 }, (_, sender) => stream(sender)));
    for (let round = 0; round < 2; round++) {
      await sleep(400);
      await postgres.kill();
      await sleep(300);
      await postgres.restart();
    }
    const before = accepted.size;
    await sleep(1_000);
    isStreaming = false;
    await streams;
    expect(accepted.size).toBeGreaterThan(before);
    for (const { code } of refusals) expect(code).toBe('ServiceUnavailable');
    const kept = new Map<string, { thingName: string; version: number }>();
    for (let thing = 0; thing < 20; thing++) {
      const thingName = `thing-${thing}`;
      const changes = await changesOf(service.rpc, thingName);
      expect(changes.map(({ version }) => version)).toEqual(changes.map((_, index) => index + 1));
      for (const { clientToken = '', version } of changes) {
        expect(kept.has(clientToken)).toBe(false);
        kept.set(clientToken, { thingName, version });
      }
      const { document } = await service.rpc.call(getShadow, { thingName });
      expect(document.version).toBe(changes.length);
    }
    for (const [clientToken, at] of accepted) expect(kept.get(clientToken)).toEqual(at);
    await service.process.stop();
    await postgres.stop();
  });
});
