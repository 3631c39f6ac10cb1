import { ClassicLevel } from 'classic-level';
import { cp } from 'node:fs/promises';
import { makeTempDir } from '#thingcore/testing';
import type { Clock } from '#thingcore/platform';
import { LevelSessionQueues } from './level-session-queues.js';
import { describeSessionQueues, MESSAGES_PER_QUEUE, NOW } from './session-queues.contract.js';

describeSessionQueues('files', async () => {
  let now = NOW;
  const clock: Clock = { now: () => now };
  let directory = await makeTempDir();
  const opened: LevelSessionQueues[] = [];
  const openAt = async (place: string) => {
    const queues = new LevelSessionQueues(place, { messagesPerQueue: MESSAGES_PER_QUEUE }, clock);
    await queues.start();
    opened.push(queues);
    return queues;
  };
  /** The files as they are, as after a kill: whatever the old process would still have written is missing. */
  const copy = async () => {
    const place = await makeTempDir();
    await cp(directory, place, { recursive: true });
    return place;
  };
  return {
    open: () => (opened[0] === undefined ? openAt(directory) : Promise.resolve(opened[0])),
    reopen: async () => {
      directory = await copy();
      return openAt(directory);
    },
    countBodies: async () => {
      const database = new ClassicLevel(await copy());
      const keys = await database.keys({ gt: 'body/', lt: 'body/g' }).all();
      await database.close();
      return keys.length;
    },
    passTime: (milliseconds) => {
      now += milliseconds;
    },
    close: async () => {
      await Promise.all(opened.map((queues) => queues.close()));
    },
  };
});

describe('LevelSessionQueues', () => {
  it('goes on after a write that failed, with the numbers as if it had never been', async () => {
    const directory = await makeTempDir();
    const queues = new LevelSessionQueues(directory, { messagesPerQueue: 10 }, { now: () => NOW });
    await queues.start();
    const write = (clientId: string) => ({ bytes: Buffer.from('x'), expiresAt: 0, clientIds: [clientId] });
    await queues.enqueue([write('lamp')]);
    const broken = { ...write('lamp'), bytes: 'no bytes' as unknown as Buffer };
    await expect(queues.enqueue([write('lamp'), broken])).rejects.toThrow(TypeError);
    expect(await queues.enqueue([write('lamp')])).toEqual([[2]]);
    await queues.close();
  });
});
