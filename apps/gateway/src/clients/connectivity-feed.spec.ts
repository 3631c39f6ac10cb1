import { EventEmitter } from 'node:events';
import { type IdGenerator, Logger } from '#thingcore/platform';
import { ErrorTranslator } from '../errors/error-translator.js';
import type { Message } from '../messages/message.type.js';
import type { MessageListener, TapPool } from '../messages/tap-pool.js';
import { ClientConnection, type ClientSocket } from '../requests/client-connection.js';
import { ConnectivityFeed, type ConnectivityFilter } from './connectivity-feed.js';

const logger = Logger.create({ service: 'test', level: 'silent', format: 'json' });

/** Views on messages, of which a test says what they show. */
class FakeTaps {
  readonly views: { topicFilter: string; listener: MessageListener; hasEnded: boolean }[] = [];
  opened: Promise<unknown> = Promise.resolve();

  look(topicFilter: string, listener: MessageListener) {
    const view = { topicFilter, listener, hasEnded: false };
    this.views.push(view);
    return { opened: this.opened, end: () => (view.hasEnded = true) };
  }

  show(payload: object): void {
    for (const { listener } of this.views) listener({ payload } as unknown as Message, 0);
  }
}

const event = (eventType: string, clientId: string, more: object = {}) => ({
  ...{ eventType, clientId, timestamp: 1, sessionIdentifier: 's', principalIdentifier: 'anonymous', versionNumber: 1 },
  ...more,
});

describe('ConnectivityFeed', () => {
  let taps: FakeTaps;
  let sut: ConnectivityFeed;

  beforeEach(() => {
    taps = new FakeTaps();
    const errors = new ErrorTranslator(logger, { uuid: () => 'id' } as IdGenerator);
    sut = new ConnectivityFeed(taps as unknown as TapPool, errors);
  });

  const connect = () => new ClientConnection(new EventEmitter() as unknown as ClientSocket);

  it.each<[string, ConnectivityFilter, string[]]>([
    ['all', {}, ['lamp +', 'c-7 +', 'fan -']],
    ['a client', { clientId: 'fan' }, ['fan -']],
    ["a thing's device by its certificate", { thingName: 'door' }, ['c-7 +']],
    ['the client whose id is the name of the thing', { thingName: 'lamp' }, ['lamp +']],
  ])('brings what happens to %s, and no connection that failed', async (_name, filter, expected) => {
    const queue = await sut.subscribe(connect(), filter);
    taps.show(event('connected', 'lamp'));
    taps.show(event('connected', 'c-7', { thingName: 'door' }));
    taps.show(event('connect_failed', 'fan'));
    taps.show(event('disconnected', 'fan', { disconnectReason: 'CONNECTION_LOST' }));
    const brought: string[] = [];
    while (brought.length < expected.length) {
      const { value } = await queue.next();
      brought.push(`${value?.clientId} ${value?.connected ? '+' : '-'}`);
    }
    expect(brought).toEqual(expected);
    const rest = queue.next();
    queue.end();
    expect(await rest).toEqual({ value: undefined, done: true });
  });

  it('looks through one view for however many subscribers, and closes it behind the last one', async () => {
    const filters = [{}, {}, { clientId: 'lamp' }, { thingName: 'lamp' }];
    const queues = await Promise.all(filters.map((filter) => sut.subscribe(connect(), filter)));
    expect(taps.views).toMatchObject([{ topicFilter: '$aws/events/presence/#', hasEnded: false }]);
    for (const queue of queues.slice(1)) queue.end();
    expect([sut.size, taps.views[0]?.hasEnded]).toEqual([1, false]);
    queues[0]?.end();
    expect([sut.size, taps.views[0]?.hasEnded]).toEqual([0, true]);
  });

  it('passes on that the broker is away, leaves nothing behind, and tries anew with the next', async () => {
    taps.opened = Promise.reject(new Error('away'));
    taps.opened.catch(() => undefined);
    const connection = connect();
    await expect(sut.subscribe(connection, {})).rejects.toThrow('away');
    expect([sut.size, connection.subscriptionCount, taps.views[0]?.hasEnded]).toEqual([0, 0, true]);
    taps.opened = Promise.resolve();
    await sut.subscribe(connect(), {});
    expect(taps.views).toHaveLength(2);
  });

  it('cuts a client that does not read, and tells it', async () => {
    const queue = await sut.subscribe(connect(), {});
    for (let count = 0; count <= 1_000; count++) taps.show(event('connected', 'lamp'));
    await expect(queue.next()).rejects.toMatchObject({ extensions: { code: 'Throttling' } });
    expect(sut.size).toBe(0);
  });
});
