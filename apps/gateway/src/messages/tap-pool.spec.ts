import { EventEmitter } from 'node:events';
import { jest } from '@jest/globals';
import { type BrokerMessage, closeTap, openTap } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { IdGenerator, Lifecycle, Logger } from '#thingcore/platform';
import { ErrorTranslator } from '../errors/error-translator.js';
import { FakeServices } from '../gateway.fixture.js';
import { ClientConnection } from '../requests/client-connection.js';
import { TapPool } from './tap-pool.js';

class CountingIds extends IdGenerator {
  private count = 0;

  override uuid(): string {
    return `00000000-0000-4000-8000-${String(++this.count).padStart(12, '0')}`;
  }

  override secret(): string {
    return 'secret';
  }
}

const FIRST_ID = '00000000-0000-4000-8000-000000000001';

class FakeSocket extends EventEmitter {
  close(): void {
    this.emit('close');
  }

  terminate(): void {
    this.emit('close');
  }
}

function aMessage(text: string): BrokerMessage {
  const payload = Buffer.from(text).toString('base64');
  return { topic: 'a', payload, qos: 0, retain: false, hops: 0, timestamp: 1, messageId: 'm' };
}

describe('TapPool', () => {
  let services: FakeServices;
  let sut: TapPool;

  beforeEach(() => {
    services = new FakeServices();
    services.answer(openTap, () => ({}));
    services.answer(closeTap, () => ({}));
    const logger = Logger.create({ service: 'gateway', level: 'silent', format: 'json' });
    const ids = new CountingIds();
    sut = new TapPool(new Lifecycle(logger), services, ids, logger, new ErrorTranslator(logger, ids));
  });

  const connect = () => new ClientConnection(new FakeSocket());
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  it('opens one tap for a filter, however many look through it, and closes it after the last', async () => {
    const queues = await Promise.all([sut.subscribe(connect(), 'a/#'), sut.subscribe(connect(), 'a/#')]);
    expect(services.requestsOf(openTap)).toEqual([{ tapId: FIRST_ID, topicFilter: 'a/#', leaseMs: 60_000 }]);
    await queues[0].return();
    await settled();
    expect(services.requestsOf(closeTap)).toEqual([]);
    await queues[1].return();
    await settled();
    expect(services.requestsOf(closeTap)).toEqual([{ tapId: FIRST_ID }]);
    expect(sut.size).toBe(0);
  });

  it('opens a tap for each filter and brings messages to its subscribers only', async () => {
    const [a, b] = await Promise.all([sut.subscribe(connect(), 'a'), sut.subscribe(connect(), 'b')]);
    sut.offer([FIRST_ID, 'a tap of another gateway'], aMessage('{"t":1}'));
    sut.offer(['a tap of another gateway'], aMessage('{"t":2}'));
    expect(await a.next()).toMatchObject({ value: { payload: { t: 1 } } });
    b.end();
    expect(await b.next()).toEqual({ value: undefined, done: true });
  });

  it('answers when the tap is open, not before, and has kept what came in between', async () => {
    let open: () => void = () => undefined;
    services.answer(openTap, () => new Promise((resolve) => (open = () => resolve({}))));
    let isAnswered = false;
    const subscribed = sut.subscribe(connect(), 'a').finally(() => (isAnswered = true));
    await settled();
    expect(isAnswered).toBe(false);
    sut.offer([FIRST_ID], aMessage('"early"'));
    open();
    expect(await (await subscribed).next()).toMatchObject({ value: { payload: 'early' } });
  });

  it('passes on what the broker says against a filter, and asks again next time', async () => {
    services.answer(openTap, () => {
      throw new IotError('InvalidRequest', 'A # must be last');
    });
    const connection = connect();
    await expect(sut.subscribe(connection, '#/a')).rejects.toMatchObject({ code: 'InvalidRequest' });
    expect([sut.size, connection.subscriptionCount]).toEqual([0, 0]);
    await expect(sut.subscribe(connection, '#/a')).rejects.toMatchObject({ code: 'InvalidRequest' });
    expect(services.requestsOf(openTap)).toHaveLength(2);
    await settled();
    expect(services.requestsOf(closeTap)).toEqual([]);
  });

  it('ends the subscriptions of a connection that closes', async () => {
    const socket = new FakeSocket();
    const queue = await sut.subscribe(new ClientConnection(socket), 'a');
    socket.emit('close');
    await settled();
    expect(await queue.next()).toEqual({ value: undefined, done: true });
    expect(services.requestsOf(closeTap)).toHaveLength(1);
  });

  it('cuts a client that does not read, and nobody else', async () => {
    const [slow, quick] = await Promise.all([sut.subscribe(connect(), 'a'), sut.subscribe(connect(), 'a')]);
    for (let count = 0; count <= 1_000; count++) {
      sut.offer([FIRST_ID], aMessage('1'));
      await quick.next();
    }
    await expect(slow.next()).rejects.toMatchObject({ extensions: { code: 'Throttling' } });
    sut.offer([FIRST_ID], aMessage('"last"'));
    expect(await quick.next()).toMatchObject({ value: { payload: 'last' } });
  });

  it('cuts a client for which too many bytes wait', async () => {
    const slow = await sut.subscribe(connect(), 'a');
    const large = aMessage('x'.repeat(1024 * 1024));
    for (let count = 0; count < 4; count++) sut.offer([FIRST_ID], large);
    await expect(slow.next()).rejects.toMatchObject({ extensions: { code: 'Throttling' } });
  });

  it('renews its taps while somebody looks, also when the broker was away for a while', async () => {
    jest.useFakeTimers();
    try {
      await sut.start();
      const queue = await sut.subscribe(connect(), 'a');
      services.answer(openTap, () => {
        throw new IotError('ServiceUnavailable', 'Nothing listens');
      });
      await jest.advanceTimersByTimeAsync(20_000);
      services.answer(openTap, () => ({}));
      await jest.advanceTimersByTimeAsync(20_000);
      expect(services.requestsOf(openTap)).toEqual(
        Array.from({ length: 3 }, () => ({ tapId: FIRST_ID, topicFilter: 'a', leaseMs: 60_000 })),
      );
      queue.end();
      await jest.advanceTimersByTimeAsync(60_000);
      expect(services.requestsOf(openTap)).toHaveLength(3);
      await sut.stop();
    } finally {
      jest.useRealTimers();
    }
  });

  it('waits at its stop until the taps are closed', async () => {
    let close: () => void = () => undefined;
    services.answer(closeTap, () => new Promise((resolve) => (close = () => resolve({}))));
    const queue = await sut.subscribe(connect(), 'a');
    queue.end();
    await settled();
    let isStopped = false;
    const stopped = sut.stop().finally(() => (isStopped = true));
    await settled();
    expect(isStopped).toBe(false);
    close();
    await stopped;
  });

  it('refuses more than a thousand subscriptions of one connection', async () => {
    const connection = connect();
    await Promise.all(Array.from({ length: 1_000 }, () => sut.subscribe(connection, 'a')));
    await expect(sut.subscribe(connection, 'a')).rejects.toMatchObject({ code: 'LimitExceeded' });
    await expect(sut.subscribe(connection, 'b')).rejects.toMatchObject({ code: 'LimitExceeded' });
    expect(sut.size).toBe(1);
  });
});
