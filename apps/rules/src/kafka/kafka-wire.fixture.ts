/** Reads what the protocol calls flexible versions. */
export class Reader {
  private position = 0;

  constructor(private readonly buffer: Buffer) {}

  skip(bytes: number): void {
    this.position += bytes;
  }

  int8(): number {
    return this.buffer.readInt8(this.position++);
  }

  int16(): number {
    this.position += 2;
    return this.buffer.readInt16BE(this.position - 2);
  }

  int32(): number {
    this.position += 4;
    return this.buffer.readInt32BE(this.position - 4);
  }

  varint(): number {
    let [value, shift] = [0, 0];
    for (;;) {
      const byte = this.buffer.readUInt8(this.position++);
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
      shift += 7;
    }
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  take(length: number): Buffer {
    this.position += length;
    return this.buffer.subarray(this.position - length, this.position);
  }

  zigzagBytes(): Buffer | null {
    const length = this.zigzag();
    return length < 0 ? null : this.take(length);
  }

  compactBytes(): Buffer {
    return this.take(this.varint() - 1);
  }

  compactString(): string | null {
    const length = this.varint();
    return length === 0 ? null : this.take(length - 1).toString();
  }

  nullableString16(): string | null {
    const length = this.int16();
    return length < 0 ? null : this.take(length).toString();
  }

  array<Item>(read: () => Item): Item[] {
    return Array.from({ length: this.varint() - 1 }, read);
  }

  tags(): void {
    if (this.varint() !== 0) throw new Error('tagged fields are not known here');
  }

  rest(): Buffer {
    return this.buffer.subarray(this.position);
  }
}

/** Writes them. */
export class Writer {
  private readonly parts: Buffer[] = [];

  raw(bytes: Buffer): this {
    this.parts.push(bytes);
    return this;
  }

  int8(value: number): this {
    return this.raw(Buffer.from([value]));
  }

  int16(value: number): this {
    const bytes = Buffer.alloc(2);
    bytes.writeInt16BE(value);
    return this.raw(bytes);
  }

  int32(value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return this.raw(bytes);
  }

  int64(value: bigint): this {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(value);
    return this.raw(bytes);
  }

  varint(value: number): this {
    const bytes: number[] = [];
    let rest = value;
    while (rest > 0x7f) {
      bytes.push((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    return this.raw(Buffer.from([...bytes, rest]));
  }

  compactString(text: string | null): this {
    return text === null ? this.varint(0) : this.compactBytes(Buffer.from(text));
  }

  compactBytes(bytes: Buffer): this {
    return this.varint(bytes.length + 1).raw(bytes);
  }

  string16(text: string): this {
    return this.int16(text.length).raw(Buffer.from(text));
  }

  array<Item>(items: readonly Item[], write: (item: Item) => unknown): this {
    this.varint(items.length + 1);
    for (const item of items) write(item);
    return this;
  }

  tags(): this {
    return this.varint(0);
  }

  bytes(): Buffer {
    return Buffer.concat(this.parts);
  }
}
