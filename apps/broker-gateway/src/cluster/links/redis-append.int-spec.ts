import { createHash, randomBytes } from 'node:crypto';
import { startRedis, type TestRedis } from '#thingcore/testing';
import { clusterKeys } from '../cluster-keys.js';
import { closeLines, openLines, type RedisLines, redisLines } from '../redis-lines.js';
import { appendBatch } from './redis-append.js';

const NODE = 'n1';
const INBOX = clusterKeys.inbox(NODE);
const DIGESTS = `
local digests = {}
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do digests[#digests + 1] = redis.sha1hex(entry[2][4]) end
return digests
`;

describe('batches into an inbox in Redis', () => {
  let server: TestRedis;
  let lines: RedisLines;

  /** Digests of what is in the inbox: to read large batches back would have the client's parser keep a timer. */
  const batches = () => lines.control.eval(DIGESTS, 1, INBOX) as Promise<string[]>;
  const digest = (batch: Buffer | string) => createHash('sha1').update(batch).digest('hex');

  beforeAll(async () => {
    server = await startRedis();
    lines = redisLines(server.url, () => undefined);
    await openLines(lines);
  });
  afterAll(async () => {
    await closeLines(lines);
    await server.stop();
  });
  beforeEach(async () => {
    await lines.control.flushall();
    await lines.control.beat(NODE);
  });

  it('are not appended where no inbox is', async () => {
    await expect(appendBatch(lines.messages, INBOX, Buffer.from('x'))).resolves.toBe(false);
    expect(await lines.control.exists(INBOX)).toBe(0);
  });

  it('stand there as they were, between other commands, however large they are', async () => {
    const large = randomBytes(1_000_000);
    await lines.messages.sendBatch(NODE, 0, Buffer.from('the first'));
    const answers = await Promise.all([
      appendBatch(lines.messages, INBOX, large),
      lines.messages.sendBatch(NODE, large.length),
      appendBatch(lines.messages, INBOX, Buffer.from('\r\n')),
      lines.messages.ping(),
    ]);
    expect(answers).toEqual([true, large.length, true, 'PONG']);
    expect(await batches()).toEqual(['the first', large, '\r\n'].map(digest));
  });

  it('are sent again after the connection broke', async () => {
    await lines.messages.sendBatch(NODE, 0, Buffer.from('the first'));
    const appended = Array.from({ length: 20 }, (_, n) => appendBatch(lines.messages, INBOX, Buffer.from(String(n))));
    await lines.control.client('KILL', 'TYPE', 'NORMAL', 'SKIPME', 'YES');
    expect(await Promise.all(appended)).toEqual(Array(20).fill(true));
    expect(new Set(await batches()).size).toBe(21);
  });

  it('are kept apart when their node is dead: nothing comes to them any more', async () => {
    await lines.messages.sendBatch(NODE, 9, Buffer.from('the first'));
    await lines.control.bury(NODE, -1_000);
    await expect(appendBatch(lines.messages, INBOX, Buffer.from('late'))).resolves.toBe(false);
    await expect(lines.messages.sendBatch(NODE, 4, Buffer.from('late'))).resolves.toBe(-1);
    const left = await lines.control.xrange(clusterKeys.left(NODE), '-', '+');
    expect(left.map(([, fields]) => fields[3])).toEqual(['the first']);
  });

  it('are counted until they are consumed; a count that a break made wrong is made good when the inbox is empty', async () => {
    await lines.messages.sendBatch(NODE, 9, Buffer.from('the first'));
    await expect(lines.messages.sendBatch(NODE, 7)).resolves.toBe(16);
    const [[id] = ['']] = await lines.control.xrange(INBOX, '-', '+');
    await lines.messages.consume(NODE, id, 9);
    await expect(lines.messages.sendBatch(NODE, 3)).resolves.toBe(10);
    await expect(lines.messages.sendBatch(NODE, 0)).resolves.toBe(0);
  });
});
