import { NOT_QUEUED, type StoreWrite } from '../lane/ports/lane-store.js';
import { NUMBERS_KEPT_MS, type SessionQueues } from './session-queues.js';

/** How many messages a queue under test holds. */
export const MESSAGES_PER_QUEUE = 50;

/** The time of the clock under test, in milliseconds since the epoch. */
export const NOW = 1_760_000_000_000;

/** What a suite is given to work with. */
export interface QueuesUnderTest {
  /** Opens the store for one more node; stores that belong to one node answer the same one. */
  open(): Promise<SessionQueues>;
  /** Ends the process, as far as the store can tell, and opens what it left. */
  reopen(): Promise<SessionQueues>;
  /** How many shared bodies are kept. */
  countBodies(): Promise<number>;
  /** Lets time pass for the store, where it looks at a clock itself. */
  passTime?(milliseconds: number): void;
  close(): Promise<void>;
}

const text = (bytes: Buffer) => bytes.toString();

function write(message: string, clientIds: string[], expiresAt = 0): StoreWrite {
  return { bytes: Buffer.from(message), expiresAt, clientIds };
}

const messages = (count: number, clientId: string) =>
  Array.from({ length: count }, (_, n) => write(`${n + 1}`, [clientId]));

/** What every adapter of {@link SessionQueues} promises; `fresh` empties the store. */
export function describeSessionQueues(name: string, fresh: () => Promise<QueuesUnderTest>): void {
  describe(`SessionQueues on ${name}`, () => {
    let store: QueuesUnderTest;
    let queues: SessionQueues;
    const positions = async (clientId: string, of = queues) =>
      (await of.read(clientId, 0, 1_000)).map(({ position }) => position);

    beforeEach(async () => {
      store = await fresh();
      queues = await store.open();
    });

    afterEach(() => store.close());

    it('numbers the messages of a queue 1, 2, 3, … and reads them in order with their bytes and expiry', async () => {
      const binary = Buffer.from([0x32, 0x00, 0xff, 0x0d, 0x0a]);
      const writes = [write('a', ['lamp']), { bytes: binary, expiresAt: NOW + 1, clientIds: ['lamp'] }];
      expect(await queues.enqueue(writes)).toEqual([[1], [2]]);
      expect(await queues.enqueue([write('c', ['lamp'])])).toEqual([[3]]);
      expect(await queues.read('lamp', 0, 10)).toEqual([
        { position: 1, bytes: Buffer.from('a'), expiresAt: 0 },
        { position: 2, bytes: binary, expiresAt: NOW + 1 },
        { position: 3, bytes: Buffer.from('c'), expiresAt: 0 },
      ]);
    });

    it('reads behind a position, no more than wanted, and nothing of a session without messages', async () => {
      await queues.enqueue(messages(10, 'lamp'));
      expect((await queues.read('lamp', 3, 4)).map(({ position }) => position)).toEqual([4, 5, 6, 7]);
      expect(await queues.read('lamp', 10, 4)).toEqual([]);
      expect(await queues.read('press', 0, 4)).toEqual([]);
    });

    it('has every message of a tick in every queue it is for, and answers the positions in the order of clients', async () => {
      await queues.enqueue([write('first', ['b'])]);
      expect(await queues.enqueue([write('x', ['a', 'b', 'c']), write('y', ['c', 'b'])])).toEqual([
        [1, 2, 1],
        [2, 3],
      ]);
      expect((await queues.read('b', 0, 10)).map(({ bytes }) => text(bytes))).toEqual(['first', 'x', 'y']);
      expect((await queues.read('c', 0, 10)).map(({ bytes }) => text(bytes))).toEqual(['x', 'y']);
    });

    it('leaves no gap and uses no number twice when nodes write at once', async () => {
      const nodes = [queues, await store.open()];
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          (nodes[n % 2] as SessionQueues).enqueue([write(`${n}`, ['lamp', 'press']), write(`${n}`, ['lamp'])]),
        ),
      );
      const given = answers.flatMap(([both, one]) => [both?.[0], one?.[0]]);
      expect([...given].sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
      expect(await positions('lamp')).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
      expect(await positions('press')).toHaveLength(20);
      for (const answer of answers) expect(answer[1]?.[0]).toBe((answer[0]?.[0] ?? 0) + 1);
    });

    it('keeps the calls of one node in order', async () => {
      const calls = Array.from({ length: 30 }, (_, n) => queues.enqueue([write(`${n}`, ['lamp'])]));
      expect((await Promise.all(calls)).flat(2)).toEqual(Array.from({ length: 30 }, (_, n) => n + 1));
      expect((await queues.read('lamp', 0, 100)).map(({ bytes }) => Number(text(bytes)))).toEqual(
        Array.from({ length: 30 }, (_, n) => n),
      );
    });

    it('takes out what is done, and what is not there does not matter', async () => {
      await queues.enqueue(messages(5, 'lamp'));
      await queues.remove([
        { clientId: 'lamp', positions: [1, 3, 3, 99] },
        { clientId: 'press', positions: [1] },
      ]);
      await queues.remove([{ clientId: 'lamp', positions: [3, 5] }]);
      expect(await positions('lamp')).toEqual([2, 4]);
      await queues.remove([]);
    });

    it('never uses a number again, not even after the queue was empty', async () => {
      await queues.enqueue(messages(3, 'lamp'));
      await queues.remove([{ clientId: 'lamp', positions: [1, 2, 3] }]);
      expect(await queues.enqueue([write('next', ['lamp'])])).toEqual([[4]]);
      queues = await store.reopen();
      await queues.remove([{ clientId: 'lamp', positions: [4] }]);
      queues = await store.reopen();
      expect(await queues.enqueue([write('next', ['lamp'])])).toEqual([[5]]);
    });

    it('does not queue what comes to a full queue, and queues again when there is room', async () => {
      const answers = await queues.enqueue(messages(MESSAGES_PER_QUEUE + 2, 'lamp'));
      expect(answers.flat().slice(-3)).toEqual([MESSAGES_PER_QUEUE, NOT_QUEUED, NOT_QUEUED]);
      expect(await queues.enqueue([write('for two', ['lamp', 'press'])])).toEqual([[NOT_QUEUED, 1]]);
      expect((await queues.read('press', 0, 10)).map(({ bytes }) => text(bytes))).toEqual(['for two']);
      await queues.remove([{ clientId: 'lamp', positions: [1, 1] }]);
      expect(await queues.enqueue([write('fits', ['lamp']), write('does not', ['lamp'])])).toEqual([
        [MESSAGES_PER_QUEUE + 1],
        [NOT_QUEUED],
      ]);
    });

    it('knows after a restart how full a queue is', async () => {
      await queues.enqueue(messages(MESSAGES_PER_QUEUE - 1, 'lamp'));
      queues = await store.reopen();
      expect((await queues.enqueue(messages(2, 'lamp'))).flat()).toEqual([MESSAGES_PER_QUEUE, NOT_QUEUED]);
    });

    it('has what it said is safe when the process was killed', async () => {
      await queues.enqueue([write('one', ['lamp']), write('both', ['lamp', 'press'], NOW + 5_000)]);
      queues = await store.reopen();
      expect(await queues.read('lamp', 0, 10)).toEqual([
        { position: 1, bytes: Buffer.from('one'), expiresAt: 0 },
        { position: 2, bytes: Buffer.from('both'), expiresAt: NOW + 5_000 },
      ]);
      expect(await positions('press')).toEqual([1]);
    });

    it('empties the queue of a session and goes on counting', async () => {
      await queues.enqueue([...messages(3, 'lamp'), write('both', ['lamp', 'press'])]);
      await queues.clear('lamp');
      await queues.clear('never seen');
      expect(await positions('lamp')).toEqual([]);
      expect(await positions('press')).toEqual([1]);
      expect(await queues.enqueue([write('next', ['lamp'])])).toEqual([[5]]);
      expect((await queues.enqueue(messages(MESSAGES_PER_QUEUE, 'lamp'))).flat().at(-1)).toBe(NOT_QUEUED);
    });

    it('clears in order with what is written before and after', async () => {
      const before = [queues.enqueue(messages(2, 'lamp')), queues.enqueue(messages(1, 'lamp'))];
      const clear = queues.clear('lamp');
      const after = queues.enqueue([write('after', ['lamp'])]);
      await Promise.all([...before, clear, after]);
      expect((await queues.read('lamp', 0, 10)).map(({ bytes }) => text(bytes))).toEqual(['after']);
      expect(await after).toEqual([[4]]);
    });

    it('keeps the bytes of a message for many sessions once, until the last has it', async () => {
      await queues.enqueue([write('shared', ['a', 'b', 'c']), write('alone', ['a'])]);
      expect(await store.countBodies()).toBe(1);
      await queues.remove([{ clientId: 'a', positions: [1, 2] }]);
      await queues.clear('b');
      expect(await store.countBodies()).toBe(1);
      queues = await store.reopen();
      expect((await queues.read('c', 0, 10)).map(({ bytes }) => text(bytes))).toEqual(['shared']);
      await queues.remove([{ clientId: 'c', positions: [1, 1] }]);
      expect(await store.countBodies()).toBe(0);
      await queues.enqueue([write('both at once', ['a', 'b'])]);
      await queues.remove([
        { clientId: 'a', positions: [3] },
        { clientId: 'b', positions: [2] },
      ]);
      expect(await store.countBodies()).toBe(0);
    });

    it('sweeps out what has expired, and nothing else', async () => {
      await queues.enqueue([
        write('now', ['lamp'], NOW),
        write('later', ['lamp'], NOW + 1),
        write('never', ['lamp']),
        write('shared', ['lamp', 'press'], NOW - 5),
      ]);
      expect(await queues.sweep(NOW)).toBe(3);
      expect(await positions('lamp')).toEqual([2, 3]);
      expect(await positions('press')).toEqual([]);
      expect(await store.countBodies()).toBe(0);
      expect(await queues.sweep(NOW)).toBe(0);
      queues = await store.reopen();
      expect(await queues.sweep(NOW + 1)).toBe(1);
      expect(await positions('lamp')).toEqual([3]);
    });

    it('makes room in a full queue by the sweep', async () => {
      await queues.enqueue(Array.from({ length: MESSAGES_PER_QUEUE }, () => write('old', ['lamp'], NOW - 1)));
      await queues.sweep(NOW);
      expect(await queues.enqueue([write('new', ['lamp'])])).toEqual([[MESSAGES_PER_QUEUE + 1]]);
    });

    it('does not look for what was taken out before it expired', async () => {
      await queues.enqueue([write('done', ['lamp'], NOW), write('cleared', ['press'], NOW)]);
      await queues.remove([{ clientId: 'lamp', positions: [1] }]);
      await queues.clear('press');
      expect(await queues.sweep(NOW)).toBe(0);
    });

    it('sweeps more than one step, from two nodes at once', async () => {
      const clients = Array.from({ length: 40 }, (_, n) => `client-${n}`);
      await queues.enqueue(Array.from({ length: 30 }, () => write('old', clients, NOW - 1)));
      const other = await store.open();
      await Promise.all([queues.sweep(NOW), other.sweep(NOW)]);
      expect(await positions('client-0')).toEqual([]);
      expect(await positions('client-39')).toEqual([]);
      expect(await store.countBodies()).toBe(0);
    });

    it.each(['a/b', 'a', 'ä ☂', '{a}', 'a}:tail', 'queue/a', '%2F', '!'])(
      'keeps the client id %j apart from others',
      async (clientId) => {
        const others = ['a/b', 'a', 'ä ☂', '{a}', 'a}:tail', 'queue/a', '%2F', '!'].filter((one) => one !== clientId);
        await queues.enqueue([write('for others', others), write('for others', others), write('own', [clientId])]);
        expect((await queues.read(clientId, 0, 10)).map(({ bytes }) => text(bytes))).toEqual(['own']);
        await queues.clear(clientId);
        for (const other of others) expect(await positions(other)).toEqual([1, 2]);
      },
    );

    it('takes large batches', async () => {
      const payload = 'x'.repeat(20_000);
      const clients = Array.from({ length: 1_500 }, (_, n) => `client-${n}`);
      const answers = await queues.enqueue([
        ...Array.from({ length: 40 }, () => write(payload, ['lamp', 'press'])),
        write(payload, [...clients, 'lamp']),
      ]);
      expect(answers.map(([first]) => first)).toEqual([...Array.from({ length: 40 }, (_, n) => n + 1), 1]);
      expect(answers.at(-1)?.at(-1)).toBe(41);
      expect(await positions('lamp')).toHaveLength(41);
    });

    it('forgets the numbers of a session long after it ended, not those of one that lives', async () => {
      await queues.enqueue([...messages(3, 'gone'), ...messages(3, 'back')]);
      await queues.clear('gone');
      await queues.clear('back');
      await queues.enqueue([write('again', ['back'])]);
      await queues.remove([{ clientId: 'back', positions: [4] }]);
      if (store.passTime === undefined) return;
      store.passTime(NUMBERS_KEPT_MS + 1);
      await queues.sweep(NOW + NUMBERS_KEPT_MS + 1);
      queues = await store.reopen();
      expect(await queues.enqueue([write('next', ['gone', 'back'])])).toEqual([[1, 5]]);
    });
  });
}
