import type { IncomingHttpHeaders } from 'node:http';
import type { IotError } from '#thingcore/errors';
import { profileNamed } from '../profile/broker-profile.js';
import { readMessageHead, withPayload } from './publish-request.js';

const base64 = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64');

/** The error that something is refused with. */
function refusalOf(work: () => unknown): IotError {
  try {
    work();
  } catch (error) {
    return error as IotError;
  }
  throw new Error('it was not refused');
}

describe('readMessageHead', () => {
  const aws = profileNamed('aws');
  const read = (query = '', headers: IncomingHttpHeaders = {}, topic = 'a/b', profile = aws) =>
    readMessageHead(topic, new URLSearchParams(query), headers, profile);

  it('publishes with QoS 0, not retained and without properties unless told', () => {
    expect(read()).toEqual({ topic: 'a/b', qos: 0, retain: false });
  });

  // AWS: iotdata, Publish
  it('reads everything that may be said of a message', () => {
    const query = 'qos=1&retain=true&contentType=text%2Fplain&responseTopic=a%2Fanswers&messageExpiry=60';
    const head = read(query, {
      'x-amz-mqtt5-payload-format-indicator': 'UTF8_DATA',
      'x-amz-mqtt5-correlation-data': base64('id 7'),
      'x-amz-mqtt5-user-properties': base64([{ lot: 'A' }, { n: '2' }, { lot: 'B' }]),
    });
    expect(head).toEqual({
      topic: 'a/b',
      qos: 1,
      retain: true,
      properties: {
        payloadFormatIndicator: true,
        contentType: 'text/plain',
        responseTopic: 'a/answers',
        correlationData: base64('id 7'),
        messageExpiryInterval: 60,
        userProperties: [
          ['lot', 'A'],
          ['n', '2'],
          ['lot', 'B'],
        ],
      },
    });
  });

  // AWS IoT quotas, message expiry interval
  it.each([
    ['0', 1],
    ['604801', 604_800],
    ['4294967295', 604_800],
  ])('clamps an expiry of %s to that of the profile', (text, seconds) => {
    expect(read(`messageExpiry=${text}`).properties?.messageExpiryInterval).toBe(seconds);
  });

  it.each<[string, string, IncomingHttpHeaders, string]>([
    ['QoS 2', 'qos=2', {}, 'qos is one of 0, 1, not "2"'],
    ['a QoS that is the name of a method', 'qos=constructor', {}, 'qos is one of'],
    ['a retain that is neither', 'retain=1', {}, 'retain is one of true, false'],
    ['an expiry that is no number', 'messageExpiry=soon', {}, 'messageExpiry is a number of seconds'],
    ['an expiry beyond four bytes', 'messageExpiry=4294967296', {}, 'messageExpiry is a number of seconds'],
    ['a response topic with wildcards [MQTT-3.3.2-14]', 'responseTopic=a%2F%23', {}, 'responseTopic: The topic name'],
    ['a content type that is too long', `contentType=${'x'.repeat(257)}`, {}, 'has at most 256 bytes, not 257'],
    ['another format', '', { 'x-amz-mqtt5-payload-format-indicator': '1' }, 'one of UNSPECIFIED_BYTES, UTF8_DATA'],
    ['correlation data that is no base64', '', { 'x-amz-mqtt5-correlation-data': '%' }, 'is not base64'],
    [
      'correlation data that is too long',
      '',
      { 'x-amz-mqtt5-correlation-data': base64('x'.repeat(8_193)) },
      'at most 8192',
    ],
    ['user properties that are no JSON', '', { 'x-amz-mqtt5-user-properties': base64('[') }, 'a JSON array of objects'],
    ['user properties that are no list', '', { 'x-amz-mqtt5-user-properties': base64({ a: '1' }) }, 'a JSON array'],
    [
      'user properties with two members in one',
      '',
      { 'x-amz-mqtt5-user-properties': base64([{ a: '1', b: '2' }]) },
      'one text member each',
    ],
    ['user properties that are no text', '', { 'x-amz-mqtt5-user-properties': base64([{ a: 1 }]) }, 'one text member'],
    [
      'user properties that are too many',
      '',
      { 'x-amz-mqtt5-user-properties': base64([{ a: 'x'.repeat(8_192) }]) },
      'at most 8192 bytes, not 8193',
    ],
  ])('refuses %s', (_name, query, headers, message) => {
    const refusal = refusalOf(() => read(query, headers));
    expect([refusal.code, refusal.message]).toEqual(['InvalidRequest', expect.stringContaining(message)]);
  });

  it.each([
    ['with a wildcard', 'a/+'],
    ['with nine levels', 'a/b/c/d/e/f/g/h/i'],
    ['of 257 bytes', 'x'.repeat(257)],
  ])('refuses a topic %s', (_name, topic) => {
    expect(refusalOf(() => read('', {}, topic)).code).toBe('InvalidRequest');
  });

  // AWS IoT, MQTT retained messages: reserved topics
  it('refuses to retain on a reserved topic with aws, not with mqtt', () => {
    const topic = '$aws/things/lamp/shadow/update';
    expect(refusalOf(() => read('retain=true', {}, topic)).code).toBe('InvalidRequest');
    expect(read('retain=true', {}, topic, profileNamed('mqtt')).retain).toBe(true);
  });
});

describe('withPayload', () => {
  const text = { topic: 'a', qos: 0, retain: false, properties: { payloadFormatIndicator: true } } as const;

  it('refuses a payload that is not the UTF-8 it says it is [MQTT5 3.3.2.3.2]', () => {
    expect(withPayload(text, Buffer.from('ü')).payload).toEqual(Buffer.from('ü'));
    expect(refusalOf(() => withPayload(text, Buffer.from([0xff]))).code).toBe('InvalidRequest');
  });

  it('takes any bytes otherwise', () => {
    const payload = Buffer.from([0xff]);
    expect(withPayload({ ...text, properties: { payloadFormatIndicator: false } }, payload).payload).toBe(payload);
  });
});
