import type { Qos } from './control-packet.js';
import { PropertyId } from './properties.js';
import type { PublishFrame } from './publish-frame.js';
import { variableByteIntegerSize, writeVariableByteInteger } from './variable-byte-integer.js';

/** Calls into native code cost more than a loop for so few bytes. */
const LOOP_BYTES = 48;

const ALIAS_BYTES = 3;
const EXPIRY_BYTES = 5;

/** A PUBLISH packet ready to be sent but for its packet identifier and the rest of its life. */
export interface EncodedPublish {
  buffer: Buffer;
  start: number;
  end: number;
  /** Offset of the packet identifier, counted from `start`; -1 with QoS 0. */
  idOffset: number;
  /** Offset of the four bytes with the message expiry interval, counted from `start`; -1 when there is none. */
  expiryOffset: number;
  /** A copy that outlives the message, made by {@link keptBytes}. */
  kept: Buffer | undefined;
}

/** The bytes of the packet in memory of their own, one copy for all receivers that have to wait. */
export function keptBytes(form: EncodedPublish): Buffer {
  return (form.kept ??= Buffer.from(form.buffer.subarray(form.start, form.end)));
}

/** Copies bytes; the target must have the room. */
export function copyBytes(source: Buffer, start: number, end: number, target: Buffer, at: number): number {
  const size = end - start;
  if (size > LOOP_BYTES) {
    source.copy(target, at, start, end);
    return at + size;
  }
  while (start < end) target[at++] = source[start++] as number;
  return at;
}

/** Whether the bytes of a packet can go to a receiver as they came, given that version, QoS and RETAIN agree too. */
export function isVerbatim(frame: PublishFrame): boolean {
  return !frame.isDuplicate && frame.aliasAt < 0 && frame.topicBuffer === frame.buffer && !isExpiryChanged(frame);
}

/** The expiry that is passed on may not be the one that came: a profile clamps it. */
function isExpiryChanged(frame: PublishFrame): boolean {
  return frame.expiryAt >= 0 && frame.buffer.readUInt32BE(frame.expiryAt + 1) !== frame.expirySeconds;
}

/**
 * Encodes a PUBLISH packet from another one: for the version and QoS of a receiver, without what concerned only the
 * sender (DUP, topic alias), with the subscription identifiers of the receiver [MQTT-3.3.4-3]. One instance is used for
 * all packets; nothing is allocated unless a packet is larger than all before.
 */
export class PublishEncoder {
  private bodyBytes = 0;
  private propertyBytes = 0;

  /** Encodes into `into.buffer`, or into a larger one put in its place. */
  encode(
    into: EncodedPublish,
    frame: PublishFrame,
    isV5: boolean,
    qos: Qos,
    isRetained: boolean,
    subscriptionIds: readonly number[] | undefined,
  ): void {
    this.measure(frame, isV5, qos, subscriptionIds);
    const size = 1 + variableByteIntegerSize(this.bodyBytes) + this.bodyBytes;
    if (into.buffer.length < size) into.buffer = Buffer.allocUnsafeSlow(Math.max(size, 2 * into.buffer.length));
    const target = into.buffer;
    target[0] = 0x30 | (qos << 1) | (isRetained ? 1 : 0);
    let at = writeVariableByteInteger(target, 1, this.bodyBytes);
    const topicBytes = frame.topicEnd - frame.topicStart;
    target[at++] = topicBytes >> 8;
    target[at++] = topicBytes & 0xff;
    at = copyBytes(frame.topicBuffer, frame.topicStart, frame.topicEnd, target, at);
    into.start = 0;
    into.kept = undefined;
    into.idOffset = into.expiryOffset = -1;
    if (qos > 0) {
      into.idOffset = at;
      target[at++] = 0;
      target[at++] = 0;
    }
    if (isV5) at = this.writeProperties(into, frame, at, subscriptionIds);
    into.end = copyBytes(frame.buffer, frame.payloadStart, frame.end, target, at);
  }

  private measure(frame: PublishFrame, isV5: boolean, qos: Qos, ids: readonly number[] | undefined): void {
    this.bodyBytes = 2 + frame.topicEnd - frame.topicStart + (qos > 0 ? 2 : 0) + frame.payloadBytes;
    if (!isV5) return;
    let bytes = frame.propertiesEnd - frame.propertiesStart;
    if (frame.aliasAt >= 0) bytes -= ALIAS_BYTES;
    if (frame.expiryAt >= 0) bytes -= EXPIRY_BYTES;
    if (frame.expirySeconds >= 0) bytes += EXPIRY_BYTES;
    if (ids !== undefined) for (const id of ids) bytes += 1 + variableByteIntegerSize(id);
    this.propertyBytes = bytes;
    this.bodyBytes += variableByteIntegerSize(bytes) + bytes;
  }

  private writeProperties(
    into: EncodedPublish,
    frame: PublishFrame,
    at: number,
    ids: readonly number[] | undefined,
  ): number {
    const target = into.buffer;
    at = writeVariableByteInteger(target, at, this.propertyBytes);
    if (frame.expirySeconds >= 0) {
      target[at++] = PropertyId.messageExpiry;
      into.expiryOffset = at;
      at = target.writeUInt32BE(frame.expirySeconds, at);
    }
    at = copyKept(frame, target, at);
    if (ids !== undefined) {
      for (const id of ids) {
        target[at++] = PropertyId.subscriptionIdentifier;
        at = writeVariableByteInteger(target, at, id);
      }
    }
    return at;
  }
}

/** Copies the properties without the topic alias and the message expiry interval, in their order [MQTT-3.3.2-17]. */
function copyKept(frame: PublishFrame, target: Buffer, at: number): number {
  const { buffer, propertiesStart, propertiesEnd, aliasAt, expiryAt } = frame;
  const isAliasFirst = aliasAt < expiryAt;
  const firstAt = isAliasFirst ? aliasAt : expiryAt;
  const secondAt = isAliasFirst ? expiryAt : aliasAt;
  let from = propertiesStart;
  if (firstAt >= 0) {
    at = copyBytes(buffer, from, firstAt, target, at);
    from = firstAt + (isAliasFirst ? ALIAS_BYTES : EXPIRY_BYTES);
  }
  if (secondAt >= 0) {
    at = copyBytes(buffer, from, secondAt, target, at);
    from = secondAt + (isAliasFirst ? EXPIRY_BYTES : ALIAS_BYTES);
  }
  return copyBytes(buffer, from, propertiesEnd, target, at);
}
