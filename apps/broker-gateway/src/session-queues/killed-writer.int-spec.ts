import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { makeTempDir, startRedis, waitFor } from '#thingcore/testing';
import { LevelSessionQueues } from './level-session-queues.js';
import { RedisSessionQueues } from './redis-session-queues.js';
import type { SessionQueues } from './session-queues.js';

const LIMITS = { messagesPerQueue: 1_000_000 };
const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));

interface Safe {
  readonly n: number;
  readonly positions: number[][];
}

/** Has a process write, kills it while it does, and answers what it was told is safe. */
async function writeUntilKilled(kind: 'files' | 'redis', place: string): Promise<Safe[]> {
  const loader = file('../cluster/fixtures/typescript.mjs');
  const options = ['--conditions=source', '--import', loader, file('fixtures/writer.mjs'), kind, place];
  const child = spawn(process.execPath, options, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const safe: Safe[] = [];
  child.on('message', (message) => safe.push(message as Safe));
  const ended = once(child, 'close');
  try {
    await waitFor(() => safe.length >= 100, { what: 'messages to be safe', timeoutMs: 60_000 });
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
  return safe;
}

async function expectAll(queues: SessionQueues, safe: readonly Safe[]): Promise<void> {
  const found = await queues.read('lamp', 0, 1_000_000);
  expect(found.map(({ position }) => position)).toEqual(found.map((_message, index) => index + 1));
  for (const { n, positions } of safe) {
    for (const [position] of positions) expect(found[(position ?? 0) - 1]?.bytes.toString()).toBe(`${n}`);
  }
  const last = safe.at(-1)?.positions[0]?.[1] ?? 0;
  expect((await queues.read('press', 0, 1_000_000)).length).toBeGreaterThanOrEqual(last);
  const next = await queues.enqueue([{ bytes: Buffer.from('next'), expiresAt: 0, clientIds: ['lamp'] }]);
  expect(next).toEqual([[found.length + 1]]);
}

describe('a process that is killed while it writes', () => {
  it('leaves in files every message that it was told is safe, in order and without gaps', async () => {
    const directory = await makeTempDir();
    const safe = await writeUntilKilled('files', directory);
    const queues = new LevelSessionQueues(directory, LIMITS, { now: () => 0 });
    await queues.start();
    await expectAll(queues, safe);
    await queues.close();
  }, 90_000);

  it('leaves in Redis every message that it was told is safe, in order and without gaps', async () => {
    const server = await startRedis();
    const safe = await writeUntilKilled('redis', server.url);
    const queues = new RedisSessionQueues(server.url, LIMITS, () => undefined);
    await queues.start();
    await expectAll(queues, safe);
    await queues.close();
    await server.stop();
  }, 90_000);
});
