import { readMessage } from '../../lane/packets/message-encoding.js';
import type { PublishForms } from '../../lane/packets/publish-forms.js';
import { PublishFrame } from '../../lane/packets/publish-frame.js';
import { encodedSizeAt, readVariableByteInteger } from '../../lane/packets/variable-byte-integer.js';
import type { IncomingMessage, OutgoingMessage } from '../cluster.js';

const INITIAL_BYTES = 16_384;
const NOTHING = Buffer.alloc(0);

/** What a part has, as bits of its first byte. */
const Part = { packets: 1, isV5: 2, samePublisher: 4, expiry: 8, duties: 16 } as const;

/**
 * Messages for one node in one block of bytes, encoded as they come. It is made of parts, each with
 *
 * - a byte that says what it has;
 * - the publisher, unless it is that of the part before;
 * - when it expires (8 bytes);
 * - hops (1 byte), the queued positions and the groups;
 * - PUBLISH packets one behind the other, of one version of MQTT, led by their length in four bytes. There is one packet in
 *   a part that expires or has duties, and none where there is only to be told of queues.
 *
 * Counts and texts are led by their length in two bytes. Packet identifiers mean nothing. What a publisher sends in a row
 * goes into one part, as the very bytes that came, copied at once.
 */
export class MessageBatch {
  private buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  private at = 0;
  private publisherId: string | undefined;
  /** The part that packets may still come to: what it has, where the length of its packets belongs; -1 without. */
  private openHead = 0;
  private openAt = -1;
  private openBytes = 0;
  /** Bytes of a connection, which never change, that belong to the open part and are not copied yet. */
  private run: Buffer = NOTHING;
  private runStart = 0;
  private runEnd = 0;

  /** Bytes so far. */
  get size(): number {
    return this.at + this.runEnd - this.runStart;
  }

  /** Adds a message; it is copied, but for bytes as a connection brought them. `forms` have been told to use its frame. */
  add(message: OutgoingMessage, forms: PublishForms): void {
    const { frame, queued, groups, hops } = message;
    if (frame === undefined) {
      this.begin(0, message);
      return;
    }
    const { buffer, start, end, idOffset } = forms.form(frame.isV5, frame.qos, frame.isRetained);
    const head = Part.packets | (frame.isV5 ? Part.isV5 : 0);
    const isPlain = frame.expiresAt === 0 && queued.length === 0 && groups.length === 0 && hops === 0;
    if (isPlain && buffer === frame.buffer) {
      if (this.openAt < 0 || head !== this.openHead || message.publisherId !== this.publisherId) {
        this.begin(head, message);
      }
      this.continueRun(buffer, start, end);
      return;
    }
    this.begin(head, message);
    this.copy(buffer, start, end);
    // An identifier of 0 would not be valid.
    if (idOffset >= 0) this.buffer.writeUInt16BE(1, this.at - (end - start) + idOffset);
    this.finish();
  }

  /** All of it, until it is cleared. Nothing is added any more then. */
  bytes(): Buffer {
    this.finish();
    return this.buffer.subarray(0, this.at);
  }

  /** Begins anew, in the same memory. */
  clear(): void {
    this.finish();
    this.at = 0;
    this.publisherId = undefined;
  }

  /** Begins a part, to which packets may come. */
  private begin(head: number, { frame, publisherId, queued, groups, hops }: OutgoingMessage): void {
    this.finish();
    const isSame = this.at > 0 && publisherId === this.publisherId;
    const expiresAt = frame?.expiresAt ?? 0;
    const hasDuties = queued.length > 0 || groups.length > 0 || hops > 0;
    this.reserve(1);
    this.buffer[this.at++] =
      head | (isSame ? Part.samePublisher : 0) | (expiresAt > 0 ? Part.expiry : 0) | (hasDuties ? Part.duties : 0);
    if (!isSame) this.text(publisherId ?? '');
    this.publisherId = publisherId;
    if (expiresAt > 0) this.double(expiresAt);
    if (hasDuties) this.duties(hops, queued, groups);
    if (frame === undefined) return;
    this.openAt = this.at;
    this.openHead = head;
    this.openBytes = 0;
    this.reserve(4);
    this.at += 4;
  }

  private continueRun(buffer: Buffer, start: number, end: number): void {
    if (buffer !== this.run || start !== this.runEnd) {
      this.copyRun();
      this.run = buffer;
      this.runStart = start;
    }
    this.runEnd = end;
  }

  private copyRun(): void {
    const { run, runStart, runEnd } = this;
    this.run = NOTHING;
    this.runStart = this.runEnd = 0;
    if (runEnd > runStart) this.copy(run, runStart, runEnd);
  }

  private copy(source: Buffer, start: number, end: number): void {
    this.reserve(end - start);
    source.copy(this.buffer, this.at, start, end);
    this.at += end - start;
    this.openBytes += end - start;
  }

  /** Ends the open part. */
  private finish(): void {
    if (this.openAt < 0) return;
    this.copyRun();
    this.buffer.writeUInt32BE(this.openBytes, this.openAt);
    this.openAt = -1;
  }

  private duties(hops: number, queued: OutgoingMessage['queued'], groups: readonly string[]): void {
    this.reserve(1);
    this.buffer[this.at++] = hops;
    this.count(queued.length);
    for (const { clientId, position } of queued) {
      this.text(clientId);
      this.double(position);
    }
    this.count(groups.length);
    for (const group of groups) this.text(group);
  }

  private double(value: number): void {
    this.reserve(8);
    this.at = this.buffer.writeDoubleBE(value, this.at);
  }

  private count(value: number): void {
    this.reserve(2);
    this.at = this.buffer.writeUInt16BE(value, this.at);
  }

  private text(value: string): void {
    // No character takes more than three bytes.
    this.reserve(2 + 3 * value.length);
    const size = this.buffer.write(value, this.at + 2);
    this.at = this.buffer.writeUInt16BE(size, this.at) + size;
  }

  private reserve(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, this.at + bytes));
    this.buffer.copy(larger, 0, 0, this.at);
    this.buffer = larger;
  }
}

/**
 * Reads the messages of a {@link MessageBatch}; their bytes stay where they are. A message and its frame are valid until
 * the next one is asked for; those of a message for groups stay.
 */
export function* readBatch(bytes: Buffer): Generator<IncomingMessage> {
  const shared = new PublishFrame();
  let at = 0;
  let publisherId: string | undefined;
  const number = () => bytes.readUInt16BE((at += 2) - 2);
  const double = () => bytes.readDoubleBE((at += 8) - 8);
  const text = () => {
    const size = number();
    return bytes.toString('utf8', at, (at += size));
  };
  const position = () => ({ clientId: text(), position: double() });
  while (at < bytes.length) {
    const head = bytes[at++] as number;
    if ((head & Part.samePublisher) === 0) publisherId = text() || undefined;
    const expiresAt = (head & Part.expiry) === 0 ? 0 : double();
    const hasDuties = (head & Part.duties) !== 0;
    const duties = {
      publisherId,
      hops: hasDuties ? (bytes[at++] as number) : 0,
      queued: hasDuties ? Array.from({ length: number() }, position) : [],
      groups: hasDuties ? Array.from({ length: number() }, text) : [],
    };
    if ((head & Part.packets) === 0) {
      yield { frame: undefined, ...duties };
      continue;
    }
    const frame = duties.groups.length > 0 ? new PublishFrame() : shared;
    const message = { frame, ...duties };
    const end = at + 4 + bytes.readUInt32BE(at);
    for (at += 4; at < end;) {
      const packetAt = at;
      at += 1 + encodedSizeAt(bytes, at + 1) + readVariableByteInteger(bytes, at + 1, end);
      readMessage(frame, bytes, packetAt, at, (head & Part.isV5) !== 0).expiresAt = expiresAt;
      yield message;
    }
  }
}
