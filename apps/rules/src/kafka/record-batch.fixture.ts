import { gunzipSync } from 'node:zlib';
import { Reader } from './kafka-wire.fixture.js';

/** A record as it stands in a batch. */
export interface BatchRecord {
  readonly key: string | null;
  readonly value: Buffer;
  readonly headers: [string, string][];
}

/** Kafka: the record batch, magic 2. Throws an `Error` for a wrong length or CRC-32C. */
export function readBatch(bytes: Buffer): BatchRecord[] {
  const batch = new Reader(bytes);
  batch.skip(8);
  if (batch.int32() !== bytes.length - 12) throw new Error('the length of the batch is wrong');
  batch.int32();
  if (batch.int8() !== 2) throw new Error('the batch is of another format');
  if (batch.int32() >>> 0 !== crc32c(bytes.subarray(21))) throw new Error('the checksum of the batch is wrong');
  const attributes = batch.int16();
  batch.skip(4 + 8 + 8 + 8 + 2 + 4);
  const count = batch.int32();
  const compression = attributes & 7;
  if (compression > 1) throw new Error(`compression ${compression} is not known here`);
  const records = compression === 1 ? new Reader(gunzipSync(batch.rest())) : batch;
  return Array.from({ length: count }, () => readRecord(records));
}

function readRecord(reader: Reader): BatchRecord {
  reader.zigzag();
  reader.int8();
  reader.zigzag();
  reader.zigzag();
  const key = reader.zigzagBytes();
  const value = reader.zigzagBytes() ?? Buffer.alloc(0);
  const headers = Array.from({ length: reader.zigzag() }, (): [string, string] => {
    const name = String(reader.zigzagBytes());
    return [name, String(reader.zigzagBytes())];
  });
  return { key: key === null ? null : key.toString(), value, headers };
}

function crc32c(bytes: Buffer): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}
