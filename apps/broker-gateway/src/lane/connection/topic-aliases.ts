import { PropertyId } from '../packets/properties.js';
import type { EncodedPublish } from '../packets/publish-encoder.js';
import {
  encodedSizeAt,
  readVariableByteInteger,
  variableByteIntegerSize,
  writeVariableByteInteger,
} from '../packets/variable-byte-integer.js';

/** Identifier and number of an alias. */
const PROPERTY_BYTES = 3;

/** A packet in which an alias stands for the topic, or is set for it. */
export interface AliasedPublish {
  readonly bytes: Buffer;
  /** Offset of the packet identifier; -1 with QoS 0. */
  readonly idOffset: number;
}

/**
 * The topic aliases that one MQTT 5 client lets the broker use [MQTT-3.1.2-26]. The first topics get one each and keep it:
 * a device hears of few topics.
 */
export class TopicAliases {
  private readonly aliases = new Map<string, number>();

  /** @param maximum how many the client allows, at least 1 */
  constructor(private readonly maximum: number) {}

  /**
   * The packet as it goes out next, since the client has to see the alias set before it is used; `undefined` when its topic
   * has none, or the packet would become larger than the client takes.
   */
  apply(form: EncodedPublish, maximumPacketBytes: number): AliasedPublish | undefined {
    const { buffer, start, end } = form;
    if (end - start + PROPERTY_BYTES > maximumPacketBytes) return undefined;
    let topicAt = start + 1;
    while ((buffer[topicAt++] as number) >= 0x80);
    const topicEnd = topicAt + 2 + buffer.readUInt16BE(topicAt);
    const key = buffer.toString('latin1', topicAt + 2, topicEnd);
    const known = this.aliases.get(key);
    if (known === undefined && this.aliases.size >= this.maximum) return undefined;
    const alias = known ?? this.aliases.size + 1;
    if (known === undefined) this.aliases.set(key, alias);
    return rewritten(form, { topicAt, topicEnd, alias, keepsTopic: known === undefined });
  }
}

function rewritten(
  { buffer, start, end, idOffset }: EncodedPublish,
  given: { topicAt: number; topicEnd: number; alias: number; keepsTopic: boolean },
): AliasedPublish {
  const { topicAt, topicEnd, alias, keepsTopic } = given;
  const topic = keepsTopic ? buffer.subarray(topicAt, topicEnd) : Buffer.alloc(2);
  const lengthAt = topicEnd + (idOffset < 0 ? 0 : 2);
  const propertiesAt = lengthAt + encodedSizeAt(buffer, lengthAt);
  const propertyBytes = readVariableByteInteger(buffer, lengthAt, end) + PROPERTY_BYTES;
  const idBytes = lengthAt - topicEnd;
  const restBytes = PROPERTY_BYTES + end - propertiesAt;
  const bodyBytes = topic.length + idBytes + variableByteIntegerSize(propertyBytes) + restBytes;
  const bytes = Buffer.allocUnsafe(1 + variableByteIntegerSize(bodyBytes) + bodyBytes);
  bytes[0] = buffer[start] as number;
  let at = writeVariableByteInteger(bytes, 1, bodyBytes);
  at += topic.copy(bytes, at);
  const idAt = idBytes === 0 ? -1 : at;
  at = writeVariableByteInteger(bytes, at + idBytes, propertyBytes);
  bytes[at++] = PropertyId.topicAlias;
  at = bytes.writeUInt16BE(alias, at);
  buffer.copy(bytes, at, propertiesAt, end);
  return { bytes, idOffset: idAt };
}
