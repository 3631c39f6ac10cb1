/** One field of a message in the wire format of Protocol Buffers. */
export interface ProtobufField {
  readonly number: number;
  /** The bytes of a field with a length, the little-endian bytes of a fixed one, or the number of a varint. */
  readonly value: Buffer | bigint;
}

/** The fields of a message. Throws for what is not in the wire format. */
export function readProtobuf(message: Buffer): ProtobufField[] {
  const fields: ProtobufField[] = [];
  let at = 0;
  const varint = (): bigint => {
    let [value, shift] = [0n, 0n];
    for (;;) {
      const byte = message.readUInt8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
      shift += 7n;
    }
  };
  const take = (length: number): Buffer => {
    if (at + length > message.length) throw new RangeError(`A field ends ${at + length - message.length} bytes late`);
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const key = varint();
    const value = valueOf(Number(key & 7n), varint, take);
    fields.push({ number: Number(key >> 3n), value });
  }
  return fields;
}

/** By the wire types: varint, 64 bits, length and bytes, 32 bits. */
function valueOf(wireType: number, varint: () => bigint, take: (length: number) => Buffer): Buffer | bigint {
  switch (wireType) {
    case 0:
      return varint();
    case 1:
      return take(8);
    case 2:
      return take(Number(varint()));
    case 5:
      return take(4);
    default:
      throw new RangeError(`There is no wire type ${wireType}`);
  }
}
