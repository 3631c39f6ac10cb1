import { toMessage } from './message.type.js';

describe('toMessage', () => {
  it.each([
    ['JSON', Buffer.from('{"t":1}'), { payload: { t: 1 }, payloadText: '{"t":1}' }],
    ['a JSON text', Buffer.from('"on"'), { payload: 'on', payloadText: '"on"' }],
    ['other text', Buffer.from('grüße'), { payload: null, payloadText: 'grüße' }],
    ['nothing', Buffer.alloc(0), { payload: null, payloadText: '' }],
    ['bytes that are no text', Buffer.from([0xff, 0x00]), { payload: null, payloadText: null }],
  ])('reads a payload of %s', (_name, bytes, read) => {
    const payload = bytes.toString('base64');
    const message = { topic: 'a', payload, qos: 1, retain: true, hops: 0, timestamp: 5, messageId: 'm' } as const;
    expect(toMessage(message)).toEqual({
      topic: 'a',
      ...read,
      payloadBase64: payload,
      qos: 1,
      retain: true,
      properties: null,
      clientId: null,
      timestamp: 5,
    });
  });
});
