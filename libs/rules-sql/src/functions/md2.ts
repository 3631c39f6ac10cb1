/** The substitution of RFC 1319: a permutation of 0..255 made from the digits of pi. */
const SUBSTITUTION = Uint8Array.from(
  Buffer.from(
    '292e43c9a2d87c013d3654a1ecf0061362a705f3c0c7738c98932bd9bc4c82ca' +
      '1e9b573cfdd4e01667426f188a17e512be4ec4d6da9ede49a0fbf58ebb2fee7a' +
      'a968799115b2073f94c210890b225f21807f5d9a5a903227353ecce7bff79703' +
      'ff1930b348a5b5d1d75e922aac56aac64fb838d296a47db676fc6be29c7404f1' +
      '459d705964718720865bcf65e62da8021b6025adaeb0b9f61c46616934407e0f' +
      '5547a323dd51af3ac35cf9cebac5ea262c530d6e85288409d3dfcdf441814d52' +
      '6adc37c86cc1abfa24e17b080cbdb14a7888958be363e86de9cbd5fe3b001d39' +
      'f2efb70e6658d0e4a67772f8eb754b0a314450b48fed1f1adb998d339f118314',
    'hex',
  ),
);

const BLOCK = 16;
const ROUNDS = 18;

/** The MD2 digest of RFC 1319 as lower-case hex; OpenSSL, and so node:crypto, no longer has it. */
export function md2(message: Uint8Array): string {
  const state = new Uint8Array(3 * BLOCK);
  const padded = pad(message);
  const checksum = checksumOf(padded);
  for (let offset = 0; offset < padded.length; offset += BLOCK) absorb(state, padded.subarray(offset, offset + BLOCK));
  absorb(state, checksum);
  return Buffer.from(state.subarray(0, BLOCK)).toString('hex');
}

/** RFC 1319, 3.1: i bytes of value i, to a multiple of the block; a full block when it is one already. */
function pad(message: Uint8Array): Uint8Array {
  const missing = BLOCK - (message.length % BLOCK);
  const padded = new Uint8Array(message.length + missing).fill(missing, message.length);
  padded.set(message);
  return padded;
}

/** RFC 1319, 3.2. */
function checksumOf(padded: Uint8Array): Uint8Array {
  const checksum = new Uint8Array(BLOCK);
  let last = 0;
  padded.forEach((byte, index) => {
    const at = index % BLOCK;
    last = (checksum[at] ?? 0) ^ substitute(byte ^ last);
    checksum[at] = last;
  });
  return checksum;
}

/** RFC 1319, 3.4. */
function absorb(state: Uint8Array, block: Uint8Array): void {
  for (let index = 0; index < BLOCK; index++) {
    const byte = block[index] ?? 0;
    state[BLOCK + index] = byte;
    state[2 * BLOCK + index] = byte ^ (state[index] ?? 0);
  }
  let carry = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (let index = 0; index < state.length; index++) {
      carry = (state[index] ?? 0) ^ substitute(carry);
      state[index] = carry;
    }
    carry = (carry + round) % 256;
  }
}

function substitute(byte: number): number {
  return SUBSTITUTION[byte] ?? 0;
}
