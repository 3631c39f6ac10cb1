import type { publishMessages, RequestOf } from '#thingcore/contracts';
import { IotError, type JsonObject } from '#thingcore/errors';
import { compileTemplate, openMessage } from '#thingcore/rules-sql';
import { RpcClient } from '#thingcore/transport';
import { RepublishKind } from './republish.action.js';

const environment = { timestamp: 0, accountId: '1', newUuid: () => 'u', random: () => 0 };

class FakeRpc extends RpcClient {
  readonly requests: RequestOf<typeof publishMessages>['messages'] = [];
  error: Error | undefined;

  override call<Reply>(_contract: unknown, request: unknown): Promise<Reply> {
    if (this.error !== undefined) return Promise.reject(this.error);
    this.requests.push(...(request as RequestOf<typeof publishMessages>).messages);
    return Promise.resolve({ failures: [] } as Reply);
  }
}

async function run(
  config: JsonObject,
  { topic = 'plant/p1', hops = 0, payload = '{"n":1}', error = undefined as Error | undefined } = {},
) {
  const rpc = new FakeRpc();
  rpc.error = error;
  const scope = { ruleName: 'r', path: 'a', isErrorAction: false, template: (text: string) => compileTemplate(text) };
  const action = new RepublishKind(rpc).parse(config, scope);
  const message = openMessage({ topic, payload: Buffer.from(payload), protocol: 'mqtt' });
  await action.execute({ message, environment, hops, output: { bytes: Buffer.from([0xff, 0]), value: undefined } });
  return rpc.requests[0];
}

describe('republish', () => {
  it('sends the outgoing bytes as they are, with QoS 0 and one hop more', async () => {
    expect(await run({ topic: 'out' }, { hops: 9 })).toEqual({ topic: 'out', payload: '/wA=', qos: 0, hops: 10 });
  });

  it('fills templates from the incoming message', async () => {
    expect(await run({ topic: 'out/${topic(2)}/${n}', qos: 1 })).toMatchObject({ topic: 'out/p1/1', qos: 1 });
  });

  it.each([
    ['$$aws/things/${topic(2)}/shadow/update', '$aws/things/p1/shadow/update'],
    ['$$aws/things/t/shadow/name/n/get', '$aws/things/t/shadow/name/n/get'],
  ])('writes the reserved topic %s with one $', async (topic, expected) => {
    expect(await run({ topic })).toMatchObject({ topic: expected });
  });

  it('sets the MQTT 5 properties, without those that are undefined for the message', async () => {
    const headers = {
      payloadFormatIndicator: 'UTF8_DATA',
      contentType: '${missing}',
      responseTopic: '${topic()}/reply',
      correlationData: 'AQI=',
      messageExpiry: '${n * 60}',
      userProperties: [
        { key: 'n', value: '${n}' },
        { key: 'gone', value: '${missing}' },
        { key: 'n', value: 'again' },
      ],
    };
    expect((await run({ topic: 'out', headers }))?.properties).toEqual({
      payloadFormatIndicator: true,
      responseTopic: 'plant/p1/reply',
      correlationData: 'AQI=',
      messageExpiryInterval: 60,
      userProperties: [
        ['n', '1'],
        ['n', 'again'],
      ],
    });
  });

  it.each<[name: string, config: JsonObject, message: RegExp]>([
    ['an undefined topic', { topic: 'out/${missing}' }, /undefined for this message/],
    ['a topic with a wildcard', { topic: 'out/${wild}' }, /wildcard/],
    ['a reserved topic by surprise', { topic: '${reserved}' }, /leading \$\$/],
    ['a reserved topic that is not open', { topic: '$$aws/${rest}' }, /not open to rules/],
    ['an expiry that is none', { topic: 'out', headers: { messageExpiry: '${wild}' } }, /headers.messageExpiry/],
    ['a response topic with a wildcard', { topic: 'out', headers: { responseTopic: '${wild}' } }, /wildcard/],
    // [MQTT-1.5.4-2]
    ['a content type with U+0000', { topic: 'out', headers: { contentType: '${nul}' } }, /contentType.*U\+0000/],
    // [MQTT-1.5.4-1]
    [
      'a user property with half a surrogate pair',
      { topic: 'out', headers: { userProperties: [{ key: 'k', value: 'v${half}' }] } },
      /userProperties\.0\.value.*surrogate/,
    ],
    [
      'the name of a user property with U+0000',
      { topic: 'out', headers: { userProperties: [{ key: '${nul}', value: 'v' }] } },
      /userProperties\.0\.key.*U\+0000/,
    ],
  ])('fails for good on %s', async (_name, config, message) => {
    const payload = JSON.stringify({
      wild: '#',
      reserved: '$aws/things/t/shadow/update',
      rest: 'events/x',
      nul: 'a\0',
      half: '\ud800',
    });
    const failed = run(config, { payload });
    await expect(failed).rejects.toMatchObject({ code: 'InvalidRequest', retryable: false });
    await expect(failed).rejects.toThrow(message);
  });

  it('ends a loop after ten hops', async () => {
    await expect(run({ topic: 'plant/p1' }, { hops: 10 })).rejects.toThrow(/10 times already.*plant\/p1.*loop/);
  });

  it('passes the refusal of the broker on, with the topic it was for', async () => {
    const error = new IotError('ServiceUnavailable', 'nobody listens');
    await expect(run({ topic: 'out/${n}' }, { error })).rejects.toMatchObject({
      code: 'ServiceUnavailable',
      message: 'nobody listens',
      retryable: true,
      details: { resource: 'out/1' },
    });
  });
});
