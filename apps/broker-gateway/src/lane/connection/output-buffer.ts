import type { Duplex } from 'node:stream';
import { copyBytes } from '../packets/publish-encoder.js';
import { type BufferPool, LARGEST_BLOCK } from './buffer-pool.js';
import { Fifo } from './fifo.js';
import type { RawStream } from '../engine/seams.js';
import type { LaneLoad } from './lane-load.js';

/** What all outputs of a lane share. */
export interface OutputContext {
  readonly pool: BufferPool;
  readonly load: LaneLoad;
  /** Has `flush` called at the end of this turn of the event loop. */
  schedule(output: OutputBuffer): void;
}

interface Write {
  readonly block: Buffer;
  readonly bytes: number;
}

/**
 * What goes out on one connection: collected in one block and written once in a turn of the event loop, since a write
 * costs far more than a message. Whoever sends on the connection sends here, so that the order is right by construction.
 */
export class OutputBuffer {
  /** Bytes that the socket has not taken yet. */
  bytes = 0;
  /** The block being filled: valid after {@link OutputBuffer.reserve}. */
  block: Buffer | undefined;
  private used = 0;
  private isScheduled = false;
  private isClosed = false;
  private readonly writes = new Fifo<Write>();
  private hasMoved = false;
  private stuckSweeps = 0;

  constructor(
    private readonly stream: Duplex,
    private readonly raw: RawStream,
    private readonly context: OutputContext,
    /** Called when the socket has taken bytes. */
    private readonly drained: () => void,
  ) {}

  /** Makes room for so many bytes and answers their offset in {@link OutputBuffer.block}. */
  reserve(bytes: number): number {
    if (!this.isScheduled) {
      this.isScheduled = true;
      this.context.schedule(this);
    }
    if (this.block === undefined) this.block = this.context.pool.acquire(bytes);
    else if (this.used + bytes > this.block.length) this.makeRoom(this.block, bytes);
    const at = this.used;
    this.used += bytes;
    this.bytes += bytes;
    this.context.load.add(bytes);
    return at;
  }

  /** Appends bytes and answers their offset in {@link OutputBuffer.block}. */
  append(source: Buffer, start: number, end: number): number {
    const at = this.reserve(end - start);
    copyBytes(source, start, end, this.block as Buffer, at);
    return at;
  }

  /** Hands everything to the socket. */
  flush(): void {
    this.isScheduled = false;
    const { block, used } = this;
    if (block === undefined || used === 0) return;
    this.block = undefined;
    this.used = 0;
    if (this.isClosed || this.stream.destroyed || this.stream.writableEnded) {
      this.account(used);
      return;
    }
    this.writes.push({ block, bytes: used });
    this.raw.write(block.subarray(0, used), this.written);
  }

  /** Called at regular intervals; answers for how many of them the socket has taken nothing of what waits. */
  sweep(): number {
    this.stuckSweeps = this.hasMoved || this.writes.length === 0 ? 0 : this.stuckSweeps + 1;
    this.hasMoved = false;
    return this.stuckSweeps;
  }

  /** Forgets what was not handed to the socket; nothing can be sent any more. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.account(this.bytes);
    this.block = undefined;
    this.used = 0;
  }

  private readonly written = (error?: Error | null): void => {
    const write = this.writes.shift();
    // After an error the operating system may still read the block.
    if (write === undefined || error) return;
    this.context.pool.release(write.block);
    if (this.isClosed) return;
    this.account(write.bytes);
    this.hasMoved = true;
    this.drained();
  };

  private account(bytes: number): void {
    this.bytes -= bytes;
    this.context.load.subtract(bytes);
  }

  /** Moves to a larger block; from the largest one the bytes go to the socket. */
  private makeRoom(block: Buffer, bytes: number): void {
    if (this.used + bytes > LARGEST_BLOCK) {
      this.flush();
      this.isScheduled = true; // the entry in the schedule is still there
      this.block = this.context.pool.acquire(bytes);
      return;
    }
    const larger = this.context.pool.acquire(this.used + bytes);
    block.copy(larger, 0, 0, this.used);
    this.context.pool.release(block);
    this.block = larger;
  }
}
