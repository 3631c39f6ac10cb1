import { firstByteProblem, ReasonCode } from './control-packet.js';
import { malformed, ProtocolError } from './protocol-error.js';
import { encodedSizeAt, readVariableByteInteger } from './variable-byte-integer.js';

const NOTHING = Buffer.alloc(0);

/** A fixed header has at most this many bytes: the first one and four of the remaining length. */
const LONGEST_FIXED_HEADER = 5;

const SMALLEST_ASSEMBLY = 512;

/**
 * Cuts the bytes of one connection into packets. A packet that lies whole in one chunk is not copied: after `next()`
 * answered true it is `buffer[start, end)` and its body, behind the fixed header, begins at `body`. Memory for a packet in
 * pieces grows with the bytes that have come, never with the length that was announced.
 */
export class FrameSplitter {
  /** Where the packet found last lies. */
  buffer: Buffer = NOTHING;
  start = 0;
  body = 0;
  end = 0;

  private chunk: Buffer = NOTHING;
  private at = 0;
  /** Chunks behind `chunk`; most connections never have any. */
  private chunks: Buffer[] | undefined;
  private waitingBytes = 0;
  private assembly: Buffer = NOTHING;
  private filled = 0;
  /** The size of the packet in the assembly; 0 while its fixed header is incomplete. */
  private needed = 0;
  private isUnread = false;

  constructor(
    /** Packets larger than this, in bytes with their fixed header, are refused before they are stored. */
    private readonly maximumBytes: number,
  ) {}

  /** Bytes that have come and belong to no packet found so far. */
  get bufferedBytes(): number {
    const unread = this.isUnread ? this.end - this.start : 0;
    return unread + this.filled + this.chunk.length - this.at + this.waitingBytes;
  }

  /** Takes the next bytes of the connection. They are kept as they are, so the caller must not write into them. */
  push(chunk: Buffer): void {
    if (this.at === this.chunk.length && this.chunks === undefined) {
      this.chunk = chunk;
      this.at = 0;
      return;
    }
    (this.chunks ??= []).push(chunk);
    this.waitingBytes += chunk.length;
  }

  /**
   * Finds the next packet; false when more bytes are needed.
   *
   * @throws ProtocolError 0x81, 0x82 or 0x95; the connection cannot be read any further then
   */
  next(): boolean {
    if (this.isUnread) {
      this.isUnread = false;
      return true;
    }
    if (this.filled > 0) return this.assemble();
    for (;;) {
      const size = this.measure(this.chunk, this.at, this.chunk.length);
      if (size > 0 && this.at + size <= this.chunk.length) {
        this.found(this.chunk, this.at, size);
        this.at += size;
        return true;
      }
      if (this.chunks === undefined) {
        this.rest();
        return false;
      }
      if (this.at < this.chunk.length) {
        this.needed = size;
        return this.assemble();
      }
      this.nextChunk();
    }
  }

  /** Puts the packet found last back: `next()` finds it again. */
  unread(): void {
    this.isUnread = true;
  }

  /** Forgets all bytes. */
  clear(): void {
    this.buffer = this.chunk = this.assembly = NOTHING;
    this.at = this.filled = this.needed = this.waitingBytes = 0;
    this.start = this.body = this.end = 0;
    this.chunks = undefined;
    this.isUnread = false;
  }

  /** The size of the packet that begins at an offset; 0 when its fixed header is incomplete. */
  private measure(source: Buffer, at: number, end: number): number {
    if (at >= end) return 0;
    const firstByte = source[at] as number;
    const problem = firstByteProblem(firstByte);
    if (problem !== undefined) {
      // [MQTT-2.1.3-1] wrong flags make a packet malformed; a packet that only servers send is a protocol error.
      throw problem.startsWith('A client') ? new ProtocolError(ReasonCode.protocolError, problem) : malformed(problem);
    }
    const remaining = readVariableByteInteger(source, at + 1, end);
    if (remaining === -1) return 0;
    if (remaining === -2) throw malformed('The remaining length has more than four bytes'); // [MQTT-1.5.5-1]
    const size = 1 + encodedSizeAt(source, at + 1) + remaining;
    if (size > this.maximumBytes) {
      // [MQTT-3.2.2-15]
      throw new ProtocolError(
        ReasonCode.packetTooLarge,
        `A packet has ${size} bytes; this broker accepts ${this.maximumBytes} at most`,
      );
    }
    return size;
  }

  private found(source: Buffer, at: number, size: number): void {
    this.buffer = source;
    this.start = at;
    this.body = at + 1 + encodedSizeAt(source, at + 1);
    this.end = at + size;
  }

  /** Moves bytes into the assembly until it holds one packet. */
  private assemble(): boolean {
    for (;;) {
      const wanted = (this.needed === 0 ? LONGEST_FIXED_HEADER : this.needed) - this.filled;
      const taken = Math.min(wanted, this.chunk.length - this.at);
      this.reserve(this.filled + taken);
      this.chunk.copy(this.assembly, this.filled, this.at, this.at + taken);
      this.filled += taken;
      this.at += taken;
      if (this.needed === 0) this.needed = this.measure(this.assembly, 0, this.filled);
      if (this.needed > 0 && this.filled >= this.needed) {
        this.foundAssembled();
        return true;
      }
      if (this.at < this.chunk.length) continue;
      if (this.chunks === undefined) return false;
      this.nextChunk();
    }
  }

  private foundAssembled(): void {
    this.found(this.assembly, 0, this.needed);
    // The search for the fixed header may have taken bytes of the packet behind a very short one.
    this.at -= this.filled - this.needed;
    this.assembly = NOTHING;
    this.filled = this.needed = 0;
  }

  private reserve(bytes: number): void {
    if (bytes <= this.assembly.length) return;
    const doubled = Math.max(SMALLEST_ASSEMBLY, bytes, this.assembly.length * 2);
    const larger = Buffer.allocUnsafeSlow(this.needed > 0 ? Math.max(bytes, Math.min(doubled, this.needed)) : doubled);
    this.assembly.copy(larger, 0, 0, this.filled);
    this.assembly = larger;
  }

  /** An idle connection holds no bytes: a chunk may be far larger than the packets in it. */
  private rest(): void {
    if (this.at < this.chunk.length) return;
    this.buffer = this.chunk = NOTHING;
    this.at = this.start = this.body = this.end = 0;
  }

  private nextChunk(): void {
    this.chunk = this.chunks?.shift() ?? NOTHING;
    if (this.chunks?.length === 0) this.chunks = undefined;
    this.at = 0;
    this.waitingBytes -= this.chunk.length;
  }
}
