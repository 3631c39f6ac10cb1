import { EventEmitter } from 'node:events';
import { jest } from '@jest/globals';
import { type RuleSample, traceRule } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Logger, RandomIdGenerator } from '#thingcore/platform';
import { ErrorTranslator } from '../errors/error-translator.js';
import { FakeServices } from '../gateway.fixture.js';
import { ClientConnection } from '../requests/client-connection.js';
import { RuleTracePool } from './rule-trace-pool.js';

class FakeSocket extends EventEmitter {
  close(): void {
    this.emit('close');
  }

  terminate(): void {
    this.emit('close');
  }
}

const SAMPLE: RuleSample = {
  ruleName: 'alert',
  mode: 'LIVE',
  message: { topic: 'a', payload: 'e30=', qos: 1, retain: false, hops: 0, timestamp: 1, messageId: 'm' },
  passed: true,
  output: { value: { n: 1 }, base64: 'eyJuIjoxfQ==' },
  explanation: { summary: 'WHERE is true', expressions: [] },
  actions: [{ action: 'republish', outcome: 'FAILED', error: 'away', tries: 3, ms: 2 }],
};

describe('RuleTracePool', () => {
  let services: FakeServices;
  let sut: RuleTracePool;

  beforeEach(() => {
    services = new FakeServices();
    services.answer(traceRule, () => ({}));
    const logger = Logger.create({ service: 'gateway', level: 'silent', format: 'json' });
    const ids = new RandomIdGenerator();
    sut = new RuleTracePool(services, ids, logger, new ErrorTranslator(logger, ids));
  });

  const connect = () => new ClientConnection(new FakeSocket());
  const traceIds = () => services.requestsOf(traceRule).map((request) => (request as { traceId: string }).traceId);

  it('brings samples to those who asked for them, and to nobody else', async () => {
    const [one, other] = await Promise.all([sut.subscribe(connect(), 'alert', 30), sut.subscribe(connect(), 'x', 30)]);
    sut.offer({ traceIds: [traceIds()[0]!, 'of another gateway'], sample: SAMPLE });
    expect(await one.next()).toMatchObject({
      value: {
        ruleName: 'alert',
        output: { n: 1 },
        message: { topic: 'a', payload: {} },
        actions: [{ outcome: 'FAILED', error: 'away' }],
      },
    });
    other.end();
    expect(await other.next()).toMatchObject({ done: true });
    one.end();
  });

  it('ends when its time is over, and tells the rules service', async () => {
    jest.useFakeTimers();
    try {
      const queue = await sut.subscribe(connect(), 'alert', 15);
      await jest.advanceTimersByTimeAsync(15_000);
      expect(await queue.next()).toEqual({ value: undefined, done: true });
      expect(services.requestsOf(traceRule)).toMatchObject([{ leaseMs: 60_000 }, { leaseMs: 0 }]);
      expect(sut.size).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });

  it('has one trace of a rule for all who watch it, and prolongs it as long as anybody does', async () => {
    jest.useFakeTimers();
    try {
      const [one, other] = [await sut.subscribe(connect(), 'alert'), await sut.subscribe(connect(), 'alert')];
      expect(services.requestsOf(traceRule)).toHaveLength(1);
      sut.offer({ traceIds: [traceIds()[0]!], sample: SAMPLE });
      expect([(await one.next()).done, (await other.next()).done]).toEqual([false, false]);
      one.end();
      await jest.advanceTimersByTimeAsync(20_000);
      expect(services.requestsOf(traceRule)).toMatchObject([{ leaseMs: 60_000 }, { leaseMs: 60_000 }]);
      other.end();
      await jest.advanceTimersByTimeAsync(60_000);
      expect(services.requestsOf(traceRule).slice(2)).toMatchObject([{ leaseMs: 0 }]);
    } finally {
      jest.useRealTimers();
    }
  });

  it('passes on that there is no such rule, and leaves nothing behind', async () => {
    services.answer(traceRule, () => {
      throw new IotError('ResourceNotFound', 'Rule alert does not exist');
    });
    const connection = connect();
    await expect(sut.subscribe(connection, 'alert', 30)).rejects.toMatchObject({ code: 'ResourceNotFound' });
    expect([sut.size, connection.subscriptionCount]).toEqual([0, 0]);
  });

  it.each([0, 601])('refuses to watch for %i seconds', async (seconds) => {
    await expect(sut.subscribe(connect(), 'alert', seconds)).rejects.toMatchObject({
      code: 'InvalidRequest',
      details: { field: 'seconds' },
    });
  });
});
