import { Writable, type Duplex } from 'node:stream';
import { BufferPool } from './buffer-pool.js';
import { Fifo } from './fifo.js';
import { InFlightWindow } from './in-flight-window.js';
import { LaneLoad } from './lane-load.js';
import { OutputBuffer } from './output-buffer.js';

/** An output over a stream that finishes writes when the test says so. */
function setUp(mark = 1_000_000) {
  const written: Buffer[] = [];
  const finish: (() => void)[] = [];
  const scheduled: OutputBuffer[] = [];
  let relieved = 0;
  let drained = 0;
  const load = new LaneLoad(mark, () => relieved++);
  const raw = {
    write: (chunk: Buffer, done: () => void) => {
      written.push(Buffer.from(chunk));
      finish.push(done);
    },
    end: () => undefined,
    destroy: () => undefined,
  };
  const pool = new BufferPool();
  const context = { pool, load, schedule: (output: OutputBuffer) => scheduled.push(output) };
  const output = new OutputBuffer(new Writable() as Duplex, raw, context, () => drained++);
  const flush = () => scheduled.splice(0).forEach((one) => one.flush());
  const counts = () => ({ relieved, drained });
  return { output, written, finish, flush, load, counts, scheduled };
}

describe('OutputBuffer', () => {
  it('writes once in a turn what was appended, in order, however much it is', () => {
    const { output, written, flush, scheduled } = setUp();
    const parts = Array.from({ length: 500 }, (_, index) => Buffer.alloc(index, index % 256));
    for (const part of parts) output.append(part, 0, part.length);
    expect(scheduled).toHaveLength(1);
    flush();
    expect(Buffer.concat(written).equals(Buffer.concat(parts))).toBe(true);
    expect(written.length).toBeLessThanOrEqual(3);
  });

  it('answers where bytes stand, so that they can be changed before they are written', () => {
    const { output, written, flush } = setUp();
    output.append(Buffer.alloc(1_000, 1), 0, 1_000);
    const at = output.append(Buffer.alloc(1_000, 2), 0, 1_000);
    (output.block as Buffer)[at] = 9;
    flush();
    expect(Buffer.concat(written)[1_000]).toBe(9);
  });

  it('takes packets larger than any block', () => {
    const { output, written, flush } = setUp();
    output.append(Buffer.alloc(10, 1), 0, 10);
    output.append(Buffer.alloc(200_000, 2), 0, 200_000);
    output.append(Buffer.alloc(10, 3), 0, 10);
    flush();
    expect(Buffer.concat(written)).toHaveLength(200_020);
  });

  it('counts bytes until the socket has taken them, and tells then', () => {
    const { output, finish, flush, load, counts } = setUp(150);
    output.append(Buffer.alloc(200), 0, 200);
    flush();
    expect([output.bytes, load.bytes, load.isOver]).toEqual([200, 200, true]);
    finish.shift()?.();
    expect([output.bytes, load.bytes, load.isOver]).toEqual([0, 0, false]);
    expect(counts()).toEqual({ relieved: 1, drained: 1 });
  });

  it('gives back everything it counted when it is closed, once', () => {
    const { output, finish, flush, load } = setUp();
    output.append(Buffer.alloc(200), 0, 200);
    flush();
    output.append(Buffer.alloc(50), 0, 50);
    output.close();
    output.close();
    output.append(Buffer.alloc(7), 0, 7);
    flush();
    finish.shift()?.();
    expect([output.bytes, load.bytes]).toEqual([0, 0]);
  });

  it('says for how long nothing has moved', () => {
    const { output, finish, flush } = setUp();
    expect(output.sweep()).toBe(0);
    output.append(Buffer.alloc(1), 0, 1);
    flush();
    expect([output.sweep(), output.sweep()]).toEqual([1, 2]);
    finish.shift()?.();
    expect(output.sweep()).toBe(0);
  });
});

describe('BufferPool', () => {
  it('hands a block out again only after it came back', () => {
    const pool = new BufferPool();
    const first = pool.acquire(100);
    const second = pool.acquire(100);
    expect(second).not.toBe(first);
    pool.release(first);
    expect(pool.acquire(1_024)).toBe(first);
    expect(pool.acquire(70_000)).toHaveLength(70_000);
  });
});

describe('InFlightWindow', () => {
  it('gives identifiers that are not in use, from 1 to 65535 [MQTT-2.2.1-4]', () => {
    const window = new InFlightWindow(3);
    expect([window.take(1), window.take(1), window.take(1), window.free]).toEqual([1, 2, 3, 0]);
    expect([window.acknowledge(3), window.acknowledge(3), window.acknowledge(99)]).toEqual([0, undefined, undefined]);
    for (let count = 4; count <= 65_535; count++) window.acknowledge(window.take(1));
    window.acknowledge(1);
    expect([window.take(1), window.take(1)]).toEqual([1, 3]);
  });

  it('gives a message of a queue the identifier of its position, and has another wait that would get the same', () => {
    const window = new InFlightWindow(5);
    expect([window.takeFor(8, 1), window.takeFor(65_535, 1), window.hasRoomFor(8 + 65_535)]).toEqual([
      8,
      65_535,
      false,
    ]);
    expect(window.sent()).toEqual(new Set([8, 65_535]));
    expect(window.acknowledge(8)).toBe(8);
    expect([window.hasRoomFor(8 + 65_535), window.takeFor(8 + 65_535, 1)]).toEqual([true, 8]);
  });

  it('keeps an identifier of QoS 2 until the exchange is complete [MQTT-4.3.3-2]', () => {
    const window = new InFlightWindow(2);
    const id = window.takeFor(5, 2);
    expect([window.acknowledge(id), window.positionOf(id), window.isReleased(id)]).toEqual([undefined, 5, false]);
    window.release(id, 6);
    expect([window.positionOf(id), window.isReleased(id), window.free]).toEqual([6, true, 1]);
    expect(window.sent().size).toBe(0);
    expect([window.end(id), window.free]).toEqual([6, 2]);
  });

  it('tells what was in use through so many looks', () => {
    const window = new InFlightWindow(5);
    window.take(1);
    expect([window.overdue(1), window.take(1), window.overdue(1)]).toEqual([[], 2, [1]]);
  });
});

describe('Fifo', () => {
  it('gives elements back in order while others come', () => {
    const fifo = new Fifo<number>();
    const out: (number | undefined)[] = [];
    let next = 0;
    for (let round = 0; round < 400; round++) {
      fifo.push(next++);
      fifo.push(next++);
      if (round % 3 !== 0) out.push(fifo.shift(), fifo.shift());
    }
    while (fifo.length > 0) out.push(fifo.shift());
    expect(out).toEqual(Array.from({ length: 800 }, (_, index) => index));
    expect(fifo.shift()).toBeUndefined();
  });
});
