import fc from 'fast-check';
import { FrameSplitter } from './frame-splitter.js';
import { publishes } from './packet.fixture.js';
import { ProtocolError } from './protocol-error.js';

function drain(splitter: FrameSplitter): Buffer[] {
  const found: Buffer[] = [];
  while (splitter.next()) found.push(Buffer.from(splitter.buffer.subarray(splitter.start, splitter.end)));
  return found;
}

function reasonOf(bytes: number[], maximum = 1_000): number | undefined {
  const splitter = new FrameSplitter(maximum);
  splitter.push(Buffer.from(bytes));
  try {
    splitter.next();
  } catch (error) {
    return (error as ProtocolError).reasonCode;
  }
  return undefined;
}

describe('FrameSplitter', () => {
  it('finds the same packets however the bytes are cut', () => {
    const short = fc.constantFrom(Buffer.from([0xc0, 0]), Buffer.from([0xe0, 0]), Buffer.from([0x40, 2, 0, 1]));
    const packets = fc.array(
      fc.oneof(
        short,
        publishes.map(({ bytes }) => bytes),
      ),
      { minLength: 1, maxLength: 8 },
    );
    const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(packets, cuts, fc.boolean(), (expected, sizes, isEager) => {
        const splitter = new FrameSplitter(10_000);
        const bytes = Buffer.concat(expected);
        const found: Buffer[] = [];
        for (let at = 0, index = 0; at < bytes.length; index++) {
          const size = sizes[index % sizes.length] as number;
          splitter.push(Buffer.from(bytes.subarray(at, at + size)));
          at += size;
          if (isEager) found.push(...drain(splitter));
        }
        found.push(...drain(splitter));
        expect(found.map(String)).toEqual(expected.map(String));
        expect(splitter.bufferedBytes).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it('does not copy a packet that lies whole in a chunk', () => {
    const splitter = new FrameSplitter(1_000);
    const chunk = Buffer.from([0xc0, 0, 0xc0, 0]);
    splitter.push(chunk);
    expect(splitter.next()).toBe(true);
    expect(splitter.buffer).toBe(chunk);
    expect([splitter.start, splitter.body, splitter.end]).toEqual([0, 2, 2]);
  });

  it.each([
    ['whole', [Buffer.from([0xc0, 0, 0xe0, 0])]],
    ['in pieces', [Buffer.from([0xc0]), Buffer.from([0, 0xe0, 0])]],
  ])('finds a packet again that was put back, %s', (_name, chunks) => {
    const splitter = new FrameSplitter(1_000);
    for (const chunk of chunks) splitter.push(chunk);
    splitter.next();
    splitter.unread();
    expect(splitter.bufferedBytes).toBe(4);
    expect(drain(splitter)).toEqual([Buffer.from([0xc0, 0]), Buffer.from([0xe0, 0])]);
  });

  it.each<[string, number[], number]>([
    ['a remaining length of five bytes [MQTT-1.5.5-1]', [0x30, 0xff, 0xff, 0xff, 0xff, 1], 0x81],
    ['a packet type that does not exist', [0x00, 0], 0x82],
    ['a packet that only a server sends', [0x20, 2, 0, 0], 0x82],
    ['wrong flags [MQTT-2.1.3-1]', [0x80, 0], 0x81],
    ['QoS 3 [MQTT-3.3.1-4]', [0x36, 0], 0x81],
    ['a packet above the limit, as soon as its length is known', [0x30, 0x80, 0x08], 0x95],
  ])('refuses %s', (_name, bytes, reasonCode) => {
    expect(reasonOf(bytes)).toBe(reasonCode);
  });

  it('accepts a packet of exactly the limit', () => {
    expect(reasonOf([0x30, 8, ...Array<number>(8).fill(0)], 10)).toBeUndefined();
    expect(reasonOf([0x30, 9, ...Array<number>(9).fill(0)], 10)).toBe(0x95);
  });

  it('holds no more memory than bytes have come, whatever length is announced', () => {
    const splitter = new FrameSplitter(200_000_000);
    for (const byte of [0x30, 0xff, 0xff, 0xff, 0x4f, 1, 2, 3]) splitter.push(Buffer.from([byte]));
    const before = process.memoryUsage().arrayBuffers;
    expect(splitter.next()).toBe(false);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000);
  });

  it('survives any bytes: packets, then at most one protocol error', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 20 }), (chunks) => {
        const splitter = new FrameSplitter(300);
        try {
          for (const chunk of chunks) {
            splitter.push(Buffer.from(chunk));
            while (splitter.next()) expect(splitter.end).toBeGreaterThan(splitter.start);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
