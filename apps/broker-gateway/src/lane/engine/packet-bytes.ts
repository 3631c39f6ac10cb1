const NOTHING = Buffer.alloc(0);

/**
 * What the engine's parser keeps the bytes of a packet in. Its own is a stream of several kilobytes for each connection, made
 * to put packets together from pieces; the lane hands it whole ones only. `seams.int-spec.ts` fails when it asks for more.
 */
export class PacketBytes {
  private bytes: Buffer = NOTHING;

  get length(): number {
    return this.bytes.length;
  }

  append(bytes: Buffer): void {
    this.bytes = this.bytes.length === 0 ? bytes : Buffer.concat([this.bytes, bytes]);
  }

  consume(count: number): void {
    this.bytes = count < this.bytes.length ? this.bytes.subarray(count) : NOTHING;
  }

  slice(start: number, end: number): Buffer {
    return this.bytes.subarray(start, end);
  }

  toString(encoding: BufferEncoding, start: number, end: number): string {
    return this.bytes.toString(encoding, start, end);
  }

  readUInt8(at: number): number {
    return this.bytes.readUInt8(at);
  }

  readUInt16BE(at: number): number {
    return this.bytes.readUInt16BE(at);
  }

  readUInt32BE(at: number): number {
    return this.bytes.readUInt32BE(at);
  }
}
