import { EventEmitter } from 'node:events';
import { type ChangedShadow, listShadowChangesAfter, type ReplyOf } from '#thingcore/contracts';
import { type IdGenerator, Logger } from '#thingcore/platform';
import { ErrorTranslator } from '../errors/error-translator.js';
import { FakeServices } from '../gateway.fixture.js';
import { ClientConnection } from '../requests/client-connection.js';
import { type ShadowUpdate, toShadowUpdates } from './shadow-update.type.js';
import { ShadowUpdates } from './shadow-updates.js';

type Kept = ReplyOf<typeof listShadowChangesAfter>['changes'][number];

class FakeSocket extends EventEmitter {
  close(): void {
    this.emit('close');
  }

  terminate(): void {
    this.emit('close');
  }
}

const LAMP = { thingName: 'lamp', shadowName: null };
const AT = 1_700_000_000;

/** What the shadow service tells when versions `from` to `to` were made. */
function changed(from: number, to = from): ChangedShadow {
  const previous =
    from === 1 ? null : { state: `{"reported":{"n":${from - 1}}}`, metadata: '{"reported":{}}', version: from - 1 };
  const steps = Array.from({ length: to - from + 1 }, (_, index) => ({
    requested: { reported: { n: from + index } },
    version: from + index,
    timestamp: AT,
  }));
  return { thingName: 'lamp', previous, steps };
}

const kept = (version: number): Kept => ({
  version,
  at: AT * 1000,
  isDeletion: false,
  changes: { reported: { n: version } },
  state: { reported: { n: version } },
});

describe('ShadowUpdates', () => {
  let services: FakeServices;
  let sut: ShadowUpdates;
  let history: number[];

  beforeEach(() => {
    services = new FakeServices();
    history = [];
    services.answer(listShadowChangesAfter, ({ after, limit = 100 }) => {
      const behind = history.filter((version) => version > after.version);
      const isForgotten = behind.length > 0 && behind[0] !== after.version + 1;
      return { changes: isForgotten ? [] : behind.slice(0, Math.min(limit, 2)).map(kept), isForgotten };
    });
    const logger = Logger.create({ service: 'test', level: 'silent', format: 'json' });
    sut = new ShadowUpdates(new ErrorTranslator(logger, { uuid: () => 'id' } as IdGenerator), services);
  });

  const connect = (onCut?: () => void) => new ClientConnection(new FakeSocket(), onCut);

  /** Stores versions, and tells of them unless the news get lost. */
  const update = (from: number, to = from, isTold = true) => {
    for (let version = from; version <= to; version++) history.push(version);
    if (isTold) toShadowUpdates(changed(from, to)).forEach((change) => sut.announce(change));
  };

  const take = async (events: AsyncIterator<ShadowUpdate>, count: number) => {
    const taken: ShadowUpdate[] = [];
    while (taken.length < count) taken.push(((await events.next()) as IteratorYieldResult<ShadowUpdate>).value);
    return taken;
  };
  const versions = async (events: AsyncIterator<ShadowUpdate>, count: number) =>
    (await take(events, count)).map(({ version }) => version);

  it('brings the changes of a shadow from now on, and asks for no history', async () => {
    update(1);
    const events = await sut.subscribe(connect(), LAMP);
    update(2, 4);
    expect(await versions(events, 3)).toEqual([2, 3, 4]);
    expect(services.calls).toEqual([]);
  });

  it('touches only the subscribers of the shadow that changed', async () => {
    const connection = connect();
    await sut.subscribe(connection, { thingName: 'fan', shadowName: null });
    await sut.subscribe(connection, { thingName: 'lamp', shadowName: 'config' });
    expect([sut.areWanted('lamp', null), sut.areWanted('lamp', 'config'), sut.areWanted('fan', null)]).toEqual([
      false,
      true,
      true,
    ]);
    connection.socket.close(1000, '');
    expect(sut.shadowCount).toBe(0);
  });

  it('goes on behind a cursor: first what is in the history, then what happens, each once', async () => {
    update(1, 5);
    const [, second] = toShadowUpdates(changed(1, 5));
    const events = await sut.subscribe(connect(), LAMP, { version: 2, isDeletion: false, timestamp: AT });
    expect(second?.cursor).toBe('updated-2-1700000000');
    update(6);
    expect(await versions(events, 4)).toEqual([3, 4, 5, 6]);
    update(7);
    expect(await versions(events, 1)).toEqual([7]);
  });

  it('tells what the history knows of a change', async () => {
    update(1);
    const events = await sut.subscribe(connect(), LAMP, { version: 0, isDeletion: false });
    expect(await take(events, 1)).toEqual([
      {
        cursor: 'updated-1-1700000000',
        thingName: 'lamp',
        shadowName: null,
        version: 1,
        timestamp: AT * 1000,
        deleted: false,
        replayed: true,
        desired: null,
        reported: { n: 1 },
        delta: null,
        changes: { reported: { n: 1 } },
        accepted: null,
        shadow: null,
      },
    ]);
  });

  it('fills a gap in what it is told from the history', async () => {
    const events = await sut.subscribe(connect(), LAMP);
    update(1);
    expect(await versions(events, 1)).toEqual([1]);
    update(2, 4, false);
    update(5, 6);
    expect(await versions(events, 5)).toEqual([2, 3, 4, 5, 6]);
  });

  it('refuses a place that the history does not reach back to, and leaves nothing behind', async () => {
    history = [7, 8];
    const connection = connect();
    await expect(sut.subscribe(connection, LAMP, { version: 5, isDeletion: false })).rejects.toMatchObject({
      code: 'ResourceNotFound',
      details: { field: 'after', version: 5 },
    });
    expect([connection.subscriptionCount, sut.shadowCount]).toEqual([0, 0]);
  });

  it('tells of a deletion, and of the next life of the shadow, whose versions may begin anew', async () => {
    const events = await sut.subscribe(connect(), LAMP);
    update(1);
    const { previous } = changed(2);
    const [deletion] = toShadowUpdates({ thingName: 'lamp', previous, steps: [{ version: 1, timestamp: AT + 1 }] });
    sut.announce(deletion!);
    const later = changed(1);
    const reborn = { ...later, steps: later.steps.map((step) => ({ ...step, timestamp: AT + 200_000 })) };
    toShadowUpdates(reborn).forEach((change) => sut.announce(change));
    const [, deleted, first] = await take(events, 3);
    expect(deleted).toMatchObject({
      ...{ cursor: 'deleted-1-1700000001', deleted: true, shadow: null, reported: null },
      ...{ changes: { reported: null }, accepted: { version: 1, timestamp: AT + 1 } },
    });
    expect(first).toMatchObject({ version: 1, deleted: false, reported: { n: 1 } });
  });

  it('cuts a client that does not read, tells it, and counts it', async () => {
    let cuts = 0;
    const events = await sut.subscribe(
      connect(() => cuts++),
      LAMP,
    );
    update(1, 257);
    await expect(events.next()).rejects.toMatchObject({
      extensions: { code: 'Throttling', details: { waiting: 256 } },
    });
    expect([cuts, sut.shadowCount]).toEqual([1, 0]);
  });

  it('keeps no more than 16 MiB for one client, however many shadows it is subscribed to', async () => {
    let cuts = 0;
    const connection = connect(() => cuts++);
    const text = 'x'.repeat(8_000);
    for (let thing = 0; thing < 10; thing++) {
      await sut.subscribe(connection, { thingName: `lamp-${thing}`, shadowName: null });
    }
    for (let round = 1; round <= 200; round++) {
      for (let thing = 0; thing < 10; thing++) {
        const steps = [{ requested: { reported: { text } }, version: round, timestamp: AT }];
        const told = toShadowUpdates({ thingName: `lamp-${thing}`, previous: null, steps });
        told.forEach((change) => sut.announce(change));
      }
    }
    expect(cuts).toBeGreaterThan(0);
    expect(cuts).toBeLessThan(10);
  });
});
