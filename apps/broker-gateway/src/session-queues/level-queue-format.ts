import type { StoredMessage } from '../lane/ports/lane-store.js';

/** Hexadecimal digits of the largest safe integer. */
const DIGITS = 14;
const HEADER_BYTES = 9;

/** A message as it lies in a queue: with its bytes, or with the number under which several queues share them. */
export interface QueueEntry {
  readonly expiresAt: number;
  readonly bytes: Buffer | undefined;
  /** 0 when the bytes are here. */
  readonly bodyId: number;
}

/** Numbers as text that sorts as they do. */
function digits(value: number): string {
  return value.toString(16).padStart(DIGITS, '0');
}

/**
 * The keys of the queues in LevelDB. Client ids are escaped: one may be the beginning of another, and hold a slash.
 *
 * - `queue/<client>/<position>`: a {@link QueueEntry}
 * - `tail/<client>`: the last number of the queue
 * - `body/<id>`, `references/<id>`: bytes that several queues share, and how many do
 * - `expiry/<milliseconds>/<client>/<position>`: for messages that expire
 * - `ended/<milliseconds>/<client>`: for sessions that ended and got no message since
 */
export const queueKeys = {
  queue: (client: string) => `queue/${client}/`,
  entry: (client: string, position: number) => `queue/${client}/${digits(position)}`,
  tail: (client: string) => `tail/${client}`,
  body: (id: number) => `body/${digits(id)}`,
  references: (id: number) => `references/${digits(id)}`,
  expiry: (expiresAt: number, client: string, position: number) =>
    `expiry/${digits(expiresAt)}/${client}/${digits(position)}`,
  /** Lies behind all messages that have expired at `now`. */
  expiredBefore: (now: number) => `expiry/${digits(now + 1)}`,
  ended: (endedAt: number, client: string) => `ended/${digits(endedAt)}/${client}`,
  endedBefore: (now: number) => `ended/${digits(now)}`,
};

/** The position, or the number of a body, at the end of a key. */
export function numberAtEnd(key: string): number {
  return Number.parseInt(key.slice(-DIGITS), 16);
}

/** The client in a key of the indexes by time. */
export function clientOf(key: string): string {
  return key.split('/')[2] ?? '';
}

/** One byte that tells whether the bytes follow or their number, when the message expires, and that. */
export function encodeEntry({ expiresAt, bytes, bodyId }: QueueEntry): Buffer {
  const entry = Buffer.allocUnsafe(HEADER_BYTES + (bytes?.length ?? 8));
  entry[0] = bytes === undefined ? 1 : 0;
  entry.writeDoubleBE(expiresAt, 1);
  if (bytes === undefined) entry.writeDoubleBE(bodyId, HEADER_BYTES);
  else bytes.copy(entry, HEADER_BYTES);
  return entry;
}

/** Reads what {@link encodeEntry} wrote. */
export function decodeEntry(entry: Buffer): QueueEntry {
  const expiresAt = entry.readDoubleBE(1);
  if (entry[0] === 0) return { expiresAt, bytes: entry.subarray(HEADER_BYTES), bodyId: 0 };
  return { expiresAt, bytes: undefined, bodyId: entry.readDoubleBE(HEADER_BYTES) };
}

/** A message for a reader. */
export function storedMessage(position: number, { expiresAt }: QueueEntry, bytes: Buffer): StoredMessage {
  return { position, bytes, expiresAt };
}

/** A whole number as a value. */
export function encodeNumber(value: number): Buffer {
  return Buffer.from(value.toString());
}

/** Reads what {@link encodeNumber} wrote; 0 when there is nothing. */
export function decodeNumber(value: Buffer | undefined): number {
  return value === undefined ? 0 : Number(value.toString());
}
