import { generate, type IConnectPacket, type Packet } from 'mqtt-packet';

/** A stream of numbers that a seed fixes, so that what failed once can be had again (mulberry32). */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A whole number from 0 up to a limit. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  /** One of some things. */
  of<T>(things: readonly T[]): T {
    return things[this.below(things.length)] as T;
  }
}

/** Versions of the protocol that packets are of. */
const VERSIONS = [4, 5] as const;

type Version = (typeof VERSIONS)[number];

/** Packets of clients with everything in them that a packet may have. */
function packets(version: Version): Packet[] {
  const userProperties = { lot: ['A', 'B'], '': '' };
  const publish = { cmd: 'publish', topic: 'fuzz/a/b', payload: Buffer.from('{"x":1}'), dup: false } as const;
  const properties = {
    messageExpiryInterval: 60,
    contentType: 'text/plain',
    responseTopic: 'fuzz/answers',
    correlationData: Buffer.from([1, 2, 3]),
    topicAlias: 3,
    userProperties,
  };
  return [
    { ...publish, qos: 0, retain: false, ...(version === 5 && { properties }) },
    { ...publish, qos: 1, retain: true, messageId: 7, ...(version === 5 && { properties }) },
    { ...publish, qos: 2, retain: false, messageId: 8 },
    {
      cmd: 'subscribe',
      messageId: 9,
      subscriptions: [
        { topic: 'fuzz/+/b', qos: 1 },
        { topic: '$share/g/fuzz/#', qos: 0 },
      ],
      ...(version === 5 && { properties: { userProperties } }),
    },
    { cmd: 'unsubscribe', messageId: 10, unsubscriptions: ['fuzz/+/b', 'x'] },
    { cmd: 'puback', messageId: 7 },
    { cmd: 'pubrec', messageId: 7 },
    { cmd: 'pubrel', messageId: 8 },
    { cmd: 'pubcomp', messageId: 8 },
    { cmd: 'pingreq' },
    { cmd: 'disconnect', ...(version === 5 && { reasonCode: 4, properties: { sessionExpiryInterval: 0 } }) },
    { cmd: 'connack', sessionPresent: false, ...(version === 5 ? { reasonCode: 0 } : { returnCode: 0 }) },
    ...(version === 5 ? [{ cmd: 'auth', reasonCode: 0x18 } as Packet] : []),
  ];
}

function connect(protocolVersion: Version, clientId: string): IConnectPacket {
  const will = { topic: 'fuzz/will', payload: Buffer.from('gone'), qos: 1, retain: false } as const;
  const base = { cmd: 'connect', protocolId: 'MQTT', clean: true, keepalive: 60, clientId, will } as const;
  const properties = { receiveMaximum: 5, maximumPacketSize: 5_000, userProperties: { a: 'b' } };
  return protocolVersion === 4 ? { ...base, protocolVersion } : { ...base, protocolVersion, properties };
}

const CORPUS: Record<Version, Buffer[]> = { 4: encoded(4), 5: encoded(5) };

function encoded(version: Version): Buffer[] {
  return packets(version).map((packet) => generate(packet, { protocolVersion: version }));
}

/** What a client that knows MQTT badly says on one connection. */
export interface MalformedSpeech {
  readonly bytes: Buffer;
  /** How many packets in it were tampered with. */
  readonly inputs: number;
}

/** Makes up what is said on a connection: often with a CONNECT that is as it should be before the rest. */
export function malformedSpeech(chance: Chance, clientId: string): MalformedSpeech {
  const version = chance.of(VERSIONS);
  const greeting = generate(connect(version, clientId), { protocolVersion: version });
  if (chance.below(4) === 0) return { bytes: tampered(chance, greeting), inputs: 1 };
  const inputs = 1 + chance.below(6);
  const rest = Array.from({ length: inputs }, () => tampered(chance, chance.of(CORPUS[version])));
  return { bytes: Buffer.concat([greeting, ...rest]), inputs };
}

/** A packet after something was done to it. */
function tampered(chance: Chance, packet: Buffer): Buffer {
  const bytes = Buffer.from(packet);
  const at = chance.below(bytes.length);
  switch (chance.below(8)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), noise(chance, 1 + chance.below(20)), bytes.subarray(at)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + chance.below(4))]);
    case 3: // a length that is not that of what follows
      return Buffer.concat([bytes.subarray(0, 1), noise(chance, 1 + chance.below(5)), bytes.subarray(2)]);
    case 4: // another type or other flags
      bytes[0] = chance.below(256);
      return bytes;
    case 5:
      return noise(chance, 1 + chance.below(200));
    default:
      for (let flips = 1 + chance.below(4); flips > 0; flips--) {
        const where = chance.below(bytes.length);
        bytes[where] = (bytes[where] as number) ^ (1 << chance.below(8));
      }
      return bytes;
  }
}

function noise(chance: Chance, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => chance.below(256)));
}
