import fc from 'fast-check';
import mqttPacket, { type IPublishPacket } from 'mqtt-packet';
import { GENEROUS_LIMITS, oracle, publishes } from './packet.fixture.js';
import { ProtocolError } from './protocol-error.js';
import { PublishFrame, type PropertyLimits } from './publish-frame.js';
import { publishProperties } from './publish-properties.js';

function read(bytes: Buffer, isV5: boolean, limits: PropertyLimits = GENEROUS_LIMITS): PublishFrame {
  let body = 1;
  while ((bytes[body++] ?? 0) >= 0x80);
  return new PublishFrame().read(bytes, 0, body, bytes.length, isV5, limits);
}

function reasonOf(action: () => unknown): number | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof ProtocolError) return error.reasonCode;
    throw error;
  }
  return undefined;
}

/** A PUBLISH packet of MQTT 5 with QoS 0, topic "t" and these property bytes. */
function withProperties(...bytes: number[]): Buffer {
  return Buffer.from([0x30, 3 + 1 + bytes.length, 0, 1, 0x74, bytes.length, ...bytes]);
}

describe('PublishFrame', () => {
  it('reads what mqtt-packet wrote', () => {
    fc.assert(
      fc.property(publishes, ({ isV5, packet, bytes }) => {
        const frame = read(bytes, isV5);
        expect(frame.topic).toBe(packet.topic);
        expect(frame.payload.equals(packet.payload as Buffer)).toBe(true);
        expect([frame.qos, frame.isRetained, frame.isDuplicate]).toEqual([packet.qos, packet.retain, packet.dup]);
        expect(frame.packetId).toBe(packet.messageId ?? 0);
        expect(frame.topicAlias).toBe(packet.properties?.topicAlias ?? 0);
        expect(frame.expirySeconds).toBe(packet.properties?.messageExpiryInterval ?? -1);
      }),
      { numRuns: 500 },
    );
  });

  it('answers the same properties as mqtt-packet', () => {
    fc.assert(
      fc.property(publishes, ({ isV5, bytes }) => {
        const [expected] = oracle(bytes, isV5) as [IPublishPacket];
        const { topicAlias: _alias, userProperties, ...rest } = expected.properties ?? {};
        const { userProperties: pairs, ...read5 } = publishProperties(read(bytes, isV5)) ?? {};
        expect(read5).toEqual(rest);
        expect(Object.fromEntries(pairs ?? [])).toEqual({ ...userProperties });
      }),
      { numRuns: 300 },
    );
  });

  it('never fails with anything but a protocol error, and accepts nothing that mqtt-packet reads otherwise', () => {
    const mutated = fc
      .tuple(publishes, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat(6))
      .map(([{ bytes, isV5 }, changes, cut]) => {
        const changed = Buffer.from(bytes.subarray(0, Math.max(2, bytes.length - cut)));
        for (const [at, value] of changes) changed[2 + (at % Math.max(1, changed.length - 2))] = value;
        changed[0] = bytes[0] as number;
        return { isV5, body: changed.subarray(2, 127), first: bytes[0] as number };
      });
    fc.assert(
      fc.property(mutated, ({ isV5, body, first }) => {
        const bytes = Buffer.concat([Buffer.from([first, body.length]), body]);
        let frame: PublishFrame;
        try {
          frame = read(bytes, isV5);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
          return;
        }
        const [expected] = oracle(bytes, isV5) as [IPublishPacket];
        expect(expected).not.toBeInstanceOf(Error);
        expect(frame.topic).toBe(expected.topic);
        expect(frame.payload.equals(expected.payload as Buffer)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  it.each<[string, Buffer, number]>([
    ['a topic longer than its packet', Buffer.from([0x30, 3, 0, 9, 0x74]), 0x81],
    ['QoS 1 without a packet identifier', Buffer.from([0x32, 3, 0, 1, 0x74]), 0x81],
    ['the packet identifier 0 [MQTT-2.2.1-3]', Buffer.from([0x32, 6, 0, 1, 0x74, 0, 0, 0]), 0x82],
    ['properties longer than their packet', Buffer.from([0x30, 4, 0, 1, 0x74, 9]), 0x81],
    ['an unknown property [MQTT-2.2.2-2]', withProperties(0x7f, 1), 0x81],
    ['a property of another packet', withProperties(0x11, 0, 0, 0, 1), 0x81],
    ['a property cut short', withProperties(0x02, 0, 0), 0x81],
    ['a property twice', withProperties(0x01, 1, 0x01, 1), 0x82],
    ['a payload format that does not exist', withProperties(0x01, 2), 0x81],
    ['the topic alias 0 [MQTT-3.3.2-8]', withProperties(0x23, 0, 0), 0x94],
    ['a subscription identifier of a client [MQTT-3.3.4-6]', withProperties(0x0b, 1), 0x82],
    ['a wildcard in the response topic [MQTT-3.3.2-14]', withProperties(0x08, 0, 1, 0x2b), 0x82],
    ['a content type that is not UTF-8 [MQTT-1.5.4-1]', withProperties(0x03, 0, 1, 0xff), 0x81],
    ['U+0000 in a user property [MQTT-1.5.4-2]', withProperties(0x26, 0, 1, 0x61, 0, 1, 0), 0x81],
    ['a user property without a value', withProperties(0x26, 0, 1, 0x61), 0x81],
  ])('refuses %s', (_name, bytes, reasonCode) => {
    expect(reasonOf(() => read(bytes, true))).toBe(reasonCode);
  });

  it('accepts the content type and the topic alias together', () => {
    const frame = read(withProperties(0x03, 0, 1, 0x61, 0x23, 0, 7), true);
    expect(frame.topicAlias).toBe(7);
  });

  it.each<[keyof PropertyLimits, NonNullable<IPublishPacket['properties']>]>([
    ['contentTypeBytes', { contentType: 'abcd' }],
    ['responseTopicBytes', { responseTopic: 'abcd' }],
    ['correlationDataBytes', { correlationData: Buffer.from('abcd') }],
    ['userPropertiesBytes', { userProperties: { ab: 'c', d: '' } }],
  ])('refuses a packet beyond %s', (limit, properties) => {
    const packet: IPublishPacket = {
      cmd: 'publish',
      topic: 't',
      payload: '',
      qos: 0,
      dup: false,
      retain: false,
      properties,
    };
    const bytes = mqttPacket.generate(packet, { protocolVersion: 5 });
    expect(reasonOf(() => read(bytes, true, { ...GENEROUS_LIMITS, [limit]: 3 }))).toBe(0x95);
    expect(reasonOf(() => read(bytes, true, { ...GENEROUS_LIMITS, [limit]: 4 }))).toBeUndefined();
  });
});
