import mqttPacket, { type Packet } from 'mqtt-packet';
import { AWS_LANE_LIMITS, STANDARD_LANE_LIMITS } from '../ports/lane-limits.js';
import { readAcknowledgement } from './acknowledgement.js';
import { PacketType } from './control-packet.js';
import { readSessionExpiry } from './disconnect-frame.js';
import { FrameSplitter } from './frame-splitter.js';
import { ProtocolError } from './protocol-error.js';
import { PublishFrame } from './publish-frame.js';
import { checkedSubscribe, checkedUnsubscribe } from './subscribe-frame.js';

const INPUTS = 100_000;

/** Numbers from a seed, so that a failure comes back. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
}

const filters = ['a/+', '$share/g/b/#', 'x/'.repeat(60)].map((topic) => ({ topic, qos: 1 as const }));
const PACKETS: Packet[] = [
  {
    cmd: 'publish',
    topic: 'a/b',
    payload: 'payload',
    qos: 1,
    messageId: 5,
    dup: false,
    retain: true,
    properties: { topicAlias: 2, messageExpiryInterval: 9, contentType: 'ü', userProperties: { k: ['v', 'w'] } },
  },
  {
    cmd: 'publish',
    topic: '',
    payload: '',
    qos: 2,
    messageId: 6,
    dup: true,
    retain: false,
    properties: { topicAlias: 1 },
  },
  { cmd: 'subscribe', messageId: 1, subscriptions: filters, properties: { subscriptionIdentifier: 300 } },
  { cmd: 'unsubscribe', messageId: 2, unsubscriptions: ['a/+', 'b/#'] },
  { cmd: 'pubrec', messageId: 1, reasonCode: 0x97 },
  { cmd: 'disconnect', reasonCode: 4, properties: { sessionExpiryInterval: 1 } },
];

/** A packet with a few bytes changed, one of them cut out or put in, or nothing but noise. */
function broken(samples: readonly Buffer[], random: (below: number) => number): Buffer {
  const noise = () => Buffer.from(Array.from({ length: random(40) }, () => random(256)));
  if (random(10) === 0) return noise();
  const bytes = Buffer.from(samples[random(samples.length)] as Buffer);
  for (let changes = 1 + random(3); changes > 0; changes--) {
    bytes[random(bytes.length)] = random(4) === 0 ? 0xff : random(256);
  }
  const at = random(bytes.length);
  if (random(4) === 0) return Buffer.concat([bytes.subarray(0, at), noise(), bytes.subarray(at)]);
  return random(4) === 0 ? bytes.subarray(0, at) : bytes;
}

function readAll(bytes: Buffer, isV5: boolean, limits: typeof AWS_LANE_LIMITS): void {
  const splitter = new FrameSplitter(limits.packetBytes);
  splitter.push(bytes);
  while (splitter.next()) {
    const { buffer, start, body, end } = splitter;
    const packet = buffer.subarray(start, end);
    const type = (buffer[start] as number) >> 4;
    if (type === PacketType.publish) new PublishFrame().read(buffer, start, body, end, isV5, limits.properties);
    else if (type === PacketType.subscribe) checkedSubscribe(packet, body - start, isV5, limits);
    else if (type === PacketType.unsubscribe) checkedUnsubscribe(packet, body - start, isV5);
    else if (type === PacketType.disconnect) readSessionExpiry(packet, body - start);
    else if (type >= PacketType.puback && type <= PacketType.pubcomp) readAcknowledgement(buffer, body, end, isV5);
  }
}

describe('the readers of packets', () => {
  it(`answer each of ${INPUTS} broken packets with a protocol error, if at all`, () => {
    const random = numbers(20_261_123);
    const samples = ([4, 5] as const).map((protocolVersion) =>
      PACKETS.map((packet) => mqttPacket.generate(packet, { protocolVersion })),
    );
    const outcomes = { read: 0, refused: 0 };
    for (let input = 0; input < INPUTS; input++) {
      const isV5 = random(2) === 1;
      const bytes = broken(samples[isV5 ? 1 : 0] as Buffer[], random);
      try {
        readAll(bytes, isV5, random(2) === 0 ? AWS_LANE_LIMITS : STANDARD_LANE_LIMITS);
        outcomes.read++;
      } catch (error) {
        if (!(error instanceof ProtocolError))
          throw new Error(`input ${input}: ${bytes.toString('hex')}`, { cause: error });
        outcomes.refused++;
      }
    }
    expect(outcomes.read).toBeGreaterThan(INPUTS / 10);
    expect(outcomes.refused).toBeGreaterThan(INPUTS / 10);
  });
});
