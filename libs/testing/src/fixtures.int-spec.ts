import { connect } from 'node:net';
import { once } from 'node:events';
import pg from 'pg';
import { freePort, makeTempDir, startPostgres, startRedis } from './index.js';

async function answer(url: string, command: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(`${command}\r\n`);
  const [data] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return data.toString();
}

async function tables(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ tablename: string }>(
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
  );
  await client.query('CREATE TABLE IF NOT EXISTS mine ()');
  await client.end();
  return rows.map((row) => row.tablename);
}

describe('the fixtures', () => {
  it('give each caller empty databases on one server, and drop them at the stop', async () => {
    const first = await startPostgres();
    const second = await startPostgres();
    const third = await second.createDatabase();
    expect(new Set([first.url, second.url, third]).size).toBe(3);
    for (const url of [first.url, second.url, third]) expect(await tables(url)).toEqual([]);
    expect(new URL(first.url).port).toBe(new URL(second.url).port);
    await second.stop();
    await expect(tables(third)).rejects.toMatchObject({ code: '3D000' });
    expect(await tables(first.url)).toEqual(['mine']);
    await first.stop();
  });

  it('give a Redis that is gone after the stop', async () => {
    const redis = await startRedis();
    expect(await answer(redis.url, 'PING')).toBe('+PONG\r\n');
    await redis.stop();
    if (!process.env.REDIS_URL) await expect(answer(redis.url, 'PING')).rejects.toThrow();
  });

  it('give directories and ports that differ', async () => {
    expect(await makeTempDir()).not.toBe(await makeTempDir());
    expect(await freePort()).toBeGreaterThan(1023);
  });
});
