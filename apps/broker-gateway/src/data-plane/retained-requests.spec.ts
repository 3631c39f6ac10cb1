import { IotError } from '#thingcore/errors';
import { Logger, Metrics, SystemClock } from '#thingcore/platform';
import { profileNamed } from '../profile/broker-profile.js';
import { BrokerRates } from '../rates/broker-rates.js';
import type { HttpCaller } from './http-callers.js';
import { MemoryRetainedMessages } from './memory-retained-messages.fixture.js';
import { RetainedRequests } from './retained-requests.js';

const lastModifiedTime = 1_760_000_000_123;

describe('RetainedRequests', () => {
  const logger = Logger.create({ service: 'test', level: 'silent', format: 'json' });
  const messages = new MemoryRetainedMessages([
    { topic: 'site/a/cfg', payload: Buffer.from('{"r":10}'), qos: 1, lastModifiedTime },
    { topic: 'site/b/cfg', payload: Buffer.from('x'), qos: 0, lastModifiedTime, userProperties: [['lot', 'A']] },
    { topic: 'site/c/cfg', payload: Buffer.from('yy'), qos: 1, lastModifiedTime },
  ]);
  const may: HttpCaller = {
    principal: 'p',
    sourceIp: '192.0.2.1',
    mayPublish: () => undefined,
    mayReadRetained: () => undefined,
    mayUseShadow: () => undefined,
    mayUseConnection: () => undefined,
    mayListRetained: () => undefined,
  };
  const deny = () => {
    throw new IotError('Forbidden', 'no');
  };
  const requestsWith = (changes = {}) =>
    new RetainedRequests(
      messages,
      new BrokerRates({ ...profileNamed('aws'), ...changes }, new SystemClock(), logger, new Metrics()),
    );
  const listed = (query: string, requests = requestsWith()) => requests.list(may, new URLSearchParams(query));

  // AWS: GetRetainedMessage
  it('answers a message in the form that AWS has for it', async () => {
    expect(await requestsWith().get(may, 'site/a/cfg')).toEqual({
      topic: 'site/a/cfg',
      payload: 'eyJyIjoxMH0=',
      qos: 1,
      lastModifiedTime,
      userProperties: null,
    });
    const { userProperties } = await requestsWith().get(may, 'site/b/cfg');
    expect(JSON.parse(Buffer.from(userProperties ?? '', 'base64').toString())).toEqual([{ lot: 'A' }]);
  });

  it('says of a topic without one that it is not found', async () => {
    await expect(requestsWith().get(may, 'site/d')).rejects.toMatchObject({ code: 'ResourceNotFound' });
  });

  // AWS: ListRetainedMessages
  it('lists them page by page, with a token on all but the last', async () => {
    const first = await listed('maxResults=2');
    expect(first.retainedTopics).toEqual([
      { topic: 'site/a/cfg', payloadSize: 8, qos: 1, lastModifiedTime },
      { topic: 'site/b/cfg', payloadSize: 1, qos: 0, lastModifiedTime },
    ]);
    const second = await listed(`maxResults=2&nextToken=${first.nextToken}`);
    expect(second).toEqual({ retainedTopics: [{ topic: 'site/c/cfg', payloadSize: 2, qos: 1, lastModifiedTime }] });
    expect(await listed('maxResults=3')).not.toHaveProperty('nextToken');
  });

  it.each(['maxResults=0', 'maxResults=201', 'maxResults=all', 'nextToken=%3F', 'nextToken='])(
    'refuses %s',
    async (query) => {
      await expect(listed(query)).rejects.toMatchObject({ code: 'InvalidRequest' });
    },
  );

  it('asks the policies before anything else', async () => {
    const denied = { ...may, mayReadRetained: deny, mayListRetained: deny };
    await expect(requestsWith().get(denied, 'site/d')).rejects.toMatchObject({ code: 'Forbidden' });
    await expect(requestsWith().list(denied, new URLSearchParams('maxResults=0'))).rejects.toMatchObject({
      code: 'Forbidden',
    });
  });

  it('answers no more in a second than it may', async () => {
    const requests = requestsWith({ retainedReadsPerSecond: 1, retainedListsPerSecond: 1 });
    await requests.get(may, 'site/a/cfg');
    await expect(requests.get(may, 'site/a/cfg')).rejects.toMatchObject({ code: 'Throttling' });
    await listed('', requests);
    await expect(listed('', requests)).rejects.toMatchObject({ code: 'Throttling' });
  });
});
