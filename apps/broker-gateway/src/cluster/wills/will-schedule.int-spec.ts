import { startRedis, type TestRedis } from '#thingcore/testing';
import { closeLines, openLines, type RedisLines, redisLines } from '../redis-lines.js';
import { WillSchedule } from './will-schedule.js';

const NODE = 'n1';

describe('delayed wills in Redis', () => {
  const published: string[] = [];
  const failures: unknown[] = [];
  let server: TestRedis;
  let lines: RedisLines;
  let now: number;
  let isBroken: boolean;
  let schedule: WillSchedule;
  const host = {
    willDue: (will: Buffer) => {
      if (isBroken) return Promise.reject(new Error('the store is away'));
      published.push(will.toString());
      return Promise.resolve();
    },
    failed: (error: unknown) => failures.push(error),
  };

  /** A connection of a client that has ended and left a will. */
  async function leave(clientId: string, token: number, dueAt: number): Promise<void> {
    await lines.control.openSession(clientId, NODE, token, '{}', 1);
    await lines.control.keepWill(NODE, token, Buffer.from(`will of ${clientId}`));
    await lines.control.release(clientId, NODE, token, 0);
    await lines.control.delayWill(clientId, NODE, token, Buffer.from(`will of ${clientId}`), dueAt);
  }

  async function claim(clientId: string): Promise<number> {
    return lines.control.claim(clientId, NODE);
  }

  beforeAll(async () => {
    server = await startRedis();
    lines = redisLines(server.url, (error) => failures.push(error));
    await openLines(lines);
  });

  beforeEach(async () => {
    await lines.control.flushall();
    await lines.control.beat(NODE);
    published.length = failures.length = 0;
    now = 1_000;
    isBroken = false;
    schedule = new WillSchedule(lines.control, { now: () => now });
  });

  afterAll(async () => {
    await closeLines(lines);
    await server.stop();
  });

  it('are published when they are due, each once, though two nodes look', async () => {
    const other = new WillSchedule(lines.control, { now: () => now });
    for (let n = 0; n < 50; n++) await leave(`c${n}`, await claim(`c${n}`), 2_000);
    await schedule.publish(host);
    expect(published).toEqual([]);
    now = 2_000;
    await Promise.all([schedule.publish(host), other.publish(host)]);
    now = 60_000;
    await schedule.publish(host);
    expect(published.sort()).toEqual(Array.from({ length: 50 }, (_, n) => `will of c${n}`).sort());
  });

  it('are not published when the client is back in time [MQTT-3.1.3-9]', async () => {
    await leave('c', await claim('c'), 2_000);
    await lines.control.openSession('c', NODE, await claim('c'), '{}', 1);
    now = 3_000;
    await schedule.publish(host);
    expect(published).toEqual([]);
  });

  it('are not kept for a client that is back already', async () => {
    const first = await claim('c');
    await lines.control.openSession('c', NODE, first, '{}', 1);
    await lines.control.keepWill(NODE, first, Buffer.from('will'));
    await lines.control.openSession('c', NODE, await claim('c'), '{}', 1);
    await lines.control.delayWill('c', NODE, first, Buffer.from('will'), 0);
    await schedule.publish(host);
    expect(published).toEqual([]);
  });

  it('are published at the end of the session, though the client is back [MQTT-3.1.2-8]', async () => {
    await leave('c', await claim('c'), 60_000);
    await lines.control.endSession(NODE, 'c', '');
    await lines.control.openSession('c', NODE, await claim('c'), '{}', 1);
    await schedule.publish(host);
    expect(published).toEqual(['will of c']);
  });

  it('come again when they could not be published, after a while', async () => {
    await leave('c', await claim('c'), 1_000);
    isBroken = true;
    await schedule.publish(host);
    expect(failures).toHaveLength(1);
    isBroken = false;
    await schedule.publish(host);
    expect(published).toEqual([]);
    now = 11_000;
    await schedule.publish(host);
    expect(published).toEqual(['will of c']);
  });
});
