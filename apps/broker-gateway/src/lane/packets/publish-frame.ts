import { type Qos, ReasonCode } from './control-packet.js';
import { fieldEnd, propertyEnd, PropertyId } from './properties.js';
import { malformed, ProtocolError } from './protocol-error.js';
import { checkText } from './utf8-text.js';
import { encodedSizeAt, readVariableByteInteger } from './variable-byte-integer.js';

const NOTHING = Buffer.alloc(0);

/** Sizes that the properties of a PUBLISH packet may have, in bytes. */
export interface PropertyLimits {
  readonly contentTypeBytes: number;
  readonly responseTopicBytes: number;
  readonly correlationDataBytes: number;
  /** Names and values of all user properties together. */
  readonly userPropertiesBytes: number;
}

/**
 * A PUBLISH packet as offsets into the bytes it came in; nothing is copied. An object is filled anew for each packet, so
 * whoever keeps a packet beyond the call takes a {@link PublishFrame.snapshot}.
 */
export class PublishFrame {
  buffer: Buffer = NOTHING;
  start = 0;
  end = 0;
  qos: Qos = 0;
  isRetained = false;
  isDuplicate = false;
  /** Whether the bytes have the form of MQTT 5. */
  isV5 = false;

  /** Where the topic name lies; in another buffer than the packet when a topic alias stands for it. */
  topicBuffer: Buffer = NOTHING;
  topicStart = 0;
  topicEnd = 0;

  /** Offset of the packet identifier; -1 with QoS 0. */
  idAt = -1;
  /** The properties without their length; empty in the form of MQTT 3.1.1. */
  propertiesStart = 0;
  propertiesEnd = 0;
  payloadStart = 0;

  /** Offsets of the identifier bytes of two properties that are not passed on as they are; -1 when absent. */
  aliasAt = -1;
  expiryAt = -1;
  /** The topic alias; 0 when absent. */
  topicAlias = 0;
  /** Seconds that the message may live from its arrival on; -1 when it does not expire. */
  expirySeconds = -1;
  /** When the message is of no use any more, in milliseconds since the epoch; 0 when it does not expire. */
  expiresAt = 0;

  /** The topic name with one character for each byte. */
  get topicKey(): string {
    return this.topicBuffer.toString('latin1', this.topicStart, this.topicEnd);
  }

  get topic(): string {
    return this.topicBuffer.toString('utf8', this.topicStart, this.topicEnd);
  }

  /** The payload where it lies: valid as long as the packet is. */
  get payload(): Buffer {
    return this.buffer.subarray(this.payloadStart, this.end);
  }

  get payloadBytes(): number {
    return this.end - this.payloadStart;
  }

  get packetId(): number {
    return this.idAt < 0 ? 0 : ((this.buffer[this.idAt] as number) << 8) | (this.buffer[this.idAt + 1] as number);
  }

  /** The same packet in an object of its own. The bytes are shared, which is safe: chunks of a connection never change. */
  snapshot(): PublishFrame {
    return Object.assign(new PublishFrame(), this);
  }

  /**
   * Reads the packet whose fixed header is at `start` and whose body is `[body, end)`.
   *
   * @throws ProtocolError 0x81, 0x82 or 0xA1
   */
  read(buffer: Buffer, start: number, body: number, end: number, isV5: boolean, limits: PropertyLimits): this {
    const firstByte = buffer[start] as number;
    this.buffer = this.topicBuffer = buffer;
    this.start = start;
    this.end = end;
    this.isV5 = isV5;
    this.qos = ((firstByte >> 1) & 3) as Qos;
    this.isRetained = (firstByte & 1) === 1;
    this.isDuplicate = (firstByte & 8) === 8;
    this.topicStart = body + 2;
    let at = (this.topicEnd = fieldEnd(buffer, body, end));
    this.idAt = -1;
    if (this.qos > 0) {
      if (at + 2 > end) throw malformed('A PUBLISH packet ends before its packet identifier');
      this.idAt = at;
      at += 2;
      // [MQTT-2.2.1-3] [MQTT-2.3.1-1]
      if (this.packetId === 0) throw new ProtocolError(ReasonCode.protocolError, 'A packet identifier is 0');
    }
    this.aliasAt = this.expiryAt = this.expirySeconds = -1;
    this.topicAlias = this.expiresAt = 0;
    this.propertiesStart = this.propertiesEnd = this.payloadStart = at;
    if (isV5) this.readProperties(at, limits);
    return this;
  }

  private readProperties(lengthAt: number, limits: PropertyLimits): void {
    const length = readVariableByteInteger(this.buffer, lengthAt, this.end);
    if (length < 0) throw malformed('The length of the properties is incomplete');
    this.propertiesStart = lengthAt + encodedSizeAt(this.buffer, lengthAt);
    this.propertiesEnd = this.payloadStart = this.propertiesStart + length;
    if (this.propertiesEnd > this.end) throw malformed('The properties are longer than their packet');
    if (length > 0) this.scanProperties(limits);
  }

  private scanProperties(limits: PropertyLimits): void {
    const { buffer, propertiesEnd } = this;
    let seen = 0;
    let userBytes = 0;
    for (let at = this.propertiesStart; at < propertiesEnd;) {
      const id = buffer[at] as number;
      const valueAt = at + 1;
      const end = propertyEnd(buffer, id, valueAt, propertiesEnd);
      if (id === PropertyId.userProperty) {
        userBytes += this.checkUserProperty(valueAt, end);
      } else {
        const bit = 1 << (id === PropertyId.topicAlias ? 0 : id); // the others are below 32, and none is 0
        if ((seen & bit) !== 0) {
          // [MQTT-3.3.2.3] "It is a Protocol Error to include … more than once", for each of them
          throw new ProtocolError(ReasonCode.protocolError, `Property ${id} comes more than once`);
        }
        seen |= bit;
        this.takeProperty(id, at, end, limits);
      }
      at = end;
    }
    checkSize('user properties', userBytes, limits.userPropertiesBytes);
  }

  private takeProperty(id: number, at: number, end: number, limits: PropertyLimits): void {
    const { buffer } = this;
    const valueAt = at + 1;
    switch (id) {
      case PropertyId.topicAlias:
        this.aliasAt = at;
        this.topicAlias = buffer.readUInt16BE(valueAt);
        // [MQTT-3.3.2-8]
        if (this.topicAlias === 0) throw new ProtocolError(ReasonCode.topicAliasInvalid, 'A topic alias is 0');
        return;
      case PropertyId.messageExpiry:
        this.expiryAt = at;
        this.expirySeconds = buffer.readUInt32BE(valueAt);
        return;
      case PropertyId.payloadFormat:
        if ((buffer[valueAt] as number) > 1) throw malformed('The payload format indicator is neither 0 nor 1');
        return;
      case PropertyId.contentType:
        checkSize('content type', end - valueAt - 2, limits.contentTypeBytes);
        checkText(buffer, valueAt + 2, end, 'content type');
        return;
      case PropertyId.responseTopic:
        checkSize('response topic', end - valueAt - 2, limits.responseTopicBytes);
        this.checkResponseTopic(valueAt + 2, end);
        return;
      case PropertyId.correlationData:
        checkSize('correlation data', end - valueAt - 2, limits.correlationDataBytes);
        return;
      case PropertyId.subscriptionIdentifier:
        // [MQTT-3.3.4-6]
        throw new ProtocolError(ReasonCode.protocolError, 'A client does not publish with a subscription identifier');
    }
  }

  private checkResponseTopic(start: number, end: number): void {
    checkText(this.buffer, start, end, 'response topic');
    for (let at = start; at < end; at++) {
      const byte = this.buffer[at];
      if (byte === 0x23 || byte === 0x2b) {
        // [MQTT-3.3.2-14]
        throw new ProtocolError(ReasonCode.protocolError, 'The response topic contains a wildcard');
      }
    }
  }

  /** Answers how many bytes the name and the value have. */
  private checkUserProperty(at: number, end: number): number {
    const nameEnd = fieldEnd(this.buffer, at, end);
    checkText(this.buffer, at + 2, nameEnd, 'name of a user property');
    checkText(this.buffer, nameEnd + 2, end, 'value of a user property');
    return end - at - 4;
  }
}

function checkSize(noun: string, bytes: number, limit: number): void {
  if (bytes > limit) {
    throw new ProtocolError(ReasonCode.packetTooLarge, `The ${noun} has ${bytes} bytes; at most ${limit} are accepted`);
  }
}
