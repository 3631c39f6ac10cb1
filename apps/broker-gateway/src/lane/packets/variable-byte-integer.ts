/** The largest variable byte integer [MQTT-1.5.5]. */
export const LARGEST_VARIABLE_BYTE_INTEGER = 268_435_455;

/** How many bytes the value takes as a variable byte integer [MQTT-1.5.5-1]. */
export function variableByteIntegerSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  return value < 0x20_0000 ? 3 : 4;
}

/** Writes the value at an offset and answers the offset behind it. */
export function writeVariableByteInteger(target: Buffer, at: number, value: number): number {
  let rest = value;
  while (rest >= 0x80) {
    target[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  target[at++] = rest;
  return at;
}

/**
 * Reads the value at an offset: -1 when the bytes up to `end` do not hold it whole, -2 when it has more than four bytes.
 * Its size follows from {@link encodedSizeAt}, since an encoding may be longer than needed.
 */
export function readVariableByteInteger(source: Buffer, at: number, end: number): number {
  let value = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    if (at >= end) return -1;
    const byte = source[at++] as number;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return -2;
}

/** How many bytes the valid variable byte integer at an offset takes. */
export function encodedSizeAt(source: Buffer, at: number): number {
  let size = 1;
  while ((source[at++] as number) >= 0x80) size++;
  return size;
}
