import fc from 'fast-check';
import type { IPublishPacket } from 'mqtt-packet';
import { decodeMessage, encodeMessage } from './message-encoding.js';
import { GENEROUS_LIMITS, oracle, publishes } from './packet.fixture.js';
import type { EncodedPublish } from './publish-encoder.js';
import { PublishForms } from './publish-forms.js';
import { PublishFrame } from './publish-frame.js';
import { publishProperties } from './publish-properties.js';

function read(bytes: Buffer, isV5: boolean): PublishFrame {
  let body = 1;
  while ((bytes[body++] ?? 0) >= 0x80);
  return new PublishFrame().read(bytes, 0, body, bytes.length, isV5, GENEROUS_LIMITS);
}

function sent(form: EncodedPublish, packetId: number): Buffer {
  const bytes = Buffer.from(form.buffer.subarray(form.start, form.end));
  if (form.idOffset >= 0) bytes.writeUInt16BE(packetId, form.idOffset);
  return bytes;
}

describe('PublishForms', () => {
  const forms = new PublishForms();

  it('encodes for every version, QoS and RETAIN what mqtt-packet reads as the same message', () => {
    const cases = fc.tuple(publishes, fc.boolean(), fc.constantFrom(0 as const, 1 as const), fc.boolean());
    fc.assert(
      fc.property(cases, ([{ isV5, packet, bytes }, toV5, qos, isRetained]) => {
        forms.use(read(bytes, isV5));
        const [found] = oracle(sent(forms.form(toV5, qos, isRetained), 77), toV5) as [IPublishPacket];
        expect(found.topic).toBe(packet.topic);
        expect((found.payload as Buffer).equals(packet.payload as Buffer)).toBe(true);
        expect([found.qos, found.retain, found.messageId]).toEqual([qos, isRetained, qos === 1 ? 77 : undefined]);
        const { topicAlias: _alias, ...passedOn } = packet.properties ?? {};
        const [, expected] = [0, toV5 && isV5 ? passedOn : {}];
        expect({ ...found.properties, userProperties: { ...found.properties?.userProperties } }).toEqual({
          ...expected,
          userProperties: { ...expected.userProperties },
        });
      }),
      { numRuns: 500 },
    );
  });

  it('gives the very bytes of the publisher where nothing differs', () => {
    const bytes = Buffer.from([0x30, 4, 0, 1, 0x74, 0x21]);
    forms.use(read(bytes, false));
    expect(forms.form(false, 0, false).buffer).toBe(bytes);
    expect(forms.form(true, 0, false).buffer).not.toBe(bytes);
  });

  it('does not pass DUP on [MQTT-3.3.1-3]', () => {
    forms.use(read(Buffer.from([0x3a, 6, 0, 1, 0x74, 0, 9, 0x21]), false));
    const form = forms.form(false, 1, false);
    expect(form.buffer[form.start]).toBe(0x32);
  });

  it('says where the remaining life of a message stands', () => {
    const bytes = encodeMessage({
      topic: 't',
      payload: Buffer.from('x'),
      qos: 1,
      isRetained: false,
      properties: { messageExpiryInterval: 60 },
    });
    for (const seconds of [60, 59]) {
      const frame = decodeMessage(bytes);
      frame.expirySeconds = seconds;
      forms.use(frame);
      const form = forms.form(true, 1, false);
      expect(form.buffer.readUInt32BE(form.start + form.expiryOffset)).toBe(seconds);
    }
  });

  it('adds all subscription identifiers of a receiver [MQTT-3.3.4-4]', () => {
    forms.use(read(Buffer.from([0x30, 4, 0, 1, 0x74, 0x21]), false));
    const [found] = oracle(sent(forms.identifiedForm(0, false, [1, 300]), 0), true) as [IPublishPacket];
    expect(found.properties?.subscriptionIdentifier).toEqual([1, 300]);
  });

  it('encodes packets larger than its scratch memory', () => {
    const payload = Buffer.alloc(200_000, 7);
    forms.use(decodeMessage(encodeMessage({ topic: 'big', payload, qos: 1, isRetained: false })));
    const [found] = oracle(sent(forms.form(false, 0, false), 0), false) as [IPublishPacket];
    expect((found.payload as Buffer).equals(payload)).toBe(true);
    forms.release();
  });
});

describe('encodeMessage', () => {
  it('comes back with all its properties', () => {
    const properties = {
      payloadFormatIndicator: true,
      messageExpiryInterval: 9,
      contentType: 'text/plain',
      responseTopic: 'answers/ü',
      correlationData: Buffer.from([1, 2]),
      userProperties: [
        ['a', '1'],
        ['a', '2'],
      ] as [string, string][],
    };
    const payload = Buffer.from('p');
    const frame = decodeMessage(encodeMessage({ topic: 'topic/ü', payload, qos: 2, isRetained: true, properties }));
    expect([frame.topic, frame.qos, frame.isRetained, String(frame.payload)]).toEqual(['topic/ü', 2, true, 'p']);
    expect(publishProperties(frame)).toEqual(properties);
  });
});
