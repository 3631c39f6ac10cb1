import { IotError } from '#thingcore/errors';
import { Logger } from '#thingcore/platform';
import { ClientConnection, type ClientSocket } from '../requests/client-connection.js';
import { cursorOf, type TestEntry, TestLog } from './log.fixture.js';
import { LogFeed } from './log-feed.js';

const logger = Logger.create({ service: 'test', level: 'silent', format: 'json' });

function feedOf(log: TestLog) {
  let onClose: () => void = () => undefined;
  let cuts = 0;
  const socket: ClientSocket = {
    close: () => undefined,
    terminate: () => undefined,
    once: (_event, listener) => (onClose = listener),
    prependListener: () => undefined,
  };
  const sut = new LogFeed<TestEntry, { of?: string }>(
    {
      name: 'entries',
      read: (filter, after) => log.read(filter, after),
      meets: ({ of }, filter) => of === (filter.of ?? of),
      translate: (error) => error as Error,
    },
    logger,
  );
  const connection = new ClientConnection(socket, () => cuts++);
  return { sut, connection, disconnect: () => onClose(), cuts: () => cuts };
}

/** What comes next, so many of them, as `owner number`. */
async function take(events: AsyncIterator<TestEntry>, count: number): Promise<string[]> {
  const taken: string[] = [];
  while (taken.length < count) {
    const { value, done } = await events.next();
    if (done === true) break;
    taken.push(`${value.of} ${Number(value.cursor)}`);
  }
  return taken;
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('LogFeed', () => {
  it('brings what is written from now on, to those whose filter it meets', async () => {
    const log = new TestLog();
    const { sut, connection } = feedOf(log);
    log.append('before');
    const all = await sut.subscribe(connection, {}, undefined);
    const lamp = await sut.subscribe(connection, { of: 'lamp' }, undefined);
    log.append('fan', 'lamp', 'fan', 'lamp', 'fan');
    sut.wake();
    expect(await take(all, 5)).toEqual(['fan 2', 'lamp 3', 'fan 4', 'lamp 5', 'fan 6']);
    expect(await take(lamp, 2)).toEqual(['lamp 3', 'lamp 5']);
  });

  it('reads the log once for however many subscribers', async () => {
    const log = new TestLog(1_000);
    const { sut, connection } = feedOf(log);
    const streams = await Promise.all(Array.from({ length: 50 }, () => sut.subscribe(connection, {}, undefined)));
    log.append('a', 'b');
    const before = log.reads.length;
    sut.wake();
    for (const stream of streams) expect(await take(stream, 2)).toEqual(['a 1', 'b 2']);
    expect(before).toBe(1);
    expect(log.reads.slice(before)).toEqual([
      { filter: {}, after: cursorOf(0) },
      { filter: {}, after: cursorOf(2) },
    ]);
  });

  it('brings who comes back what it missed, then what happens, each once and without a gap', async () => {
    const log = new TestLog();
    const { sut, connection } = feedOf(log);
    log.append('lamp', 'fan', 'lamp', 'lamp', 'lamp', 'fan', 'lamp');
    const back = await sut.subscribe(connection, { of: 'lamp' }, cursorOf(1));
    log.append('lamp');
    sut.wake();
    await settled();
    expect(await take(back, 3)).toEqual(['lamp 3', 'lamp 4', 'lamp 5']);
    log.append('lamp', 'fan', 'lamp');
    sut.wake();
    expect(await take(back, 4)).toEqual(['lamp 7', 'lamp 8', 'lamp 9', 'lamp 11']);
  });

  it.each(Array.from({ length: 12 }, (_, seen) => seen))(
    'tells everything once to a client that has seen %i of 12, whenever the rest is written',
    async (seen) => {
      const log = new TestLog(2);
      const { sut, connection } = feedOf(log);
      const owners = Array.from({ length: 12 }, () => 'lamp');
      log.append(...owners.slice(0, 6));
      if (seen > 6) log.append(...owners.slice(6, seen));
      const back = await sut.subscribe(connection, {}, cursorOf(seen));
      const taken = await take(back, 1 - Math.sign(Math.max(0, seen - 5)));
      log.append(...owners.slice(Math.max(6, seen)));
      sut.wake();
      taken.push(...(await take(back, 12 - seen - taken.length)));
      expect(taken).toEqual(owners.slice(seen).map((of, index) => `${of} ${seen + index + 1}`));
    },
  );

  it('says clearly that the log does not reach back to a cursor, and leaves nothing behind', async () => {
    const log = new TestLog();
    const { sut, connection } = feedOf(log);
    log.append('a', 'b', 'c');
    log.forget(2);
    await expect(sut.subscribe(connection, {}, cursorOf(1))).rejects.toMatchObject({
      code: 'ResourceNotFound',
      details: { field: 'after' },
    });
    expect([sut.size, connection.subscriptionCount]).toEqual([0, 0]);
  });

  it('tells all that it has missed something itself, rather than to go on as if nothing were', async () => {
    const log = new TestLog();
    const { sut, connection } = feedOf(log);
    const events = await sut.subscribe(connection, {}, undefined);
    const next = events.next();
    log.append('a', 'b');
    log.forget(2);
    sut.wake();
    await expect(next).rejects.toMatchObject({ code: 'ServiceUnavailable' });
    expect(sut.size).toBe(0);
  });

  it('goes on from where it was when the log could not be read for a while', async () => {
    const log = new TestLog();
    const { sut, connection } = feedOf(log);
    const events = await sut.subscribe(connection, {}, undefined);
    log.append('a');
    log.failure = new IotError('ServiceUnavailable', 'away');
    sut.wake();
    await settled();
    log.failure = undefined;
    log.append('b');
    sut.wake();
    expect(await take(events, 2)).toEqual(['a 1', 'b 2']);
  });

  it('cuts a client that does not read, tells it, counts it, and goes on with the others', async () => {
    const log = new TestLog(1_000);
    const { sut, connection, cuts } = feedOf(log);
    const slow = await sut.subscribe(connection, {}, undefined);
    const other = await sut.subscribe(connection, { of: 'door' }, undefined);
    log.append(...Array.from({ length: 257 }, () => 'lamp'), 'door');
    sut.wake();
    expect(await take(other, 1)).toEqual(['door 258']);
    await expect(slow.next()).rejects.toMatchObject({ code: 'Throttling', details: { waiting: 256 } });
    expect([sut.size, cuts()]).toEqual([1, 1]);
  });

  it('forgets subscriptions with their connection, and reads no more when there are none', async () => {
    const log = new TestLog();
    const { sut, connection, disconnect } = feedOf(log);
    await sut.subscribe(connection, {}, undefined);
    disconnect();
    expect(sut.size).toBe(0);
    sut.wake();
    await settled();
    expect(log.reads).toHaveLength(1);
  });

  it('begins anew with the next subscriber, from now on', async () => {
    const log = new TestLog();
    const { sut, connection } = feedOf(log);
    await (await sut.subscribe(connection, {}, undefined)).return?.();
    log.append('missed');
    const events = await sut.subscribe(connection, {}, undefined);
    log.append('new');
    sut.wake();
    expect(await take(events, 1)).toEqual(['new 2']);
  });
});
