import { AcknowledgementByte, encodeAcknowledgement, encodeRefusal } from '../packets/acknowledgement.js';
import { type Qos, ReasonCode } from '../packets/control-packet.js';
import type { OutputBuffer } from './output-buffer.js';

/** Answers what one client publishes. */
export class Acknowledger {
  constructor(
    private readonly output: OutputBuffer,
    private readonly isV5: boolean,
    /** [MQTT-3.1.2-24] Larger packets are not sent. */
    private readonly maximumPacketBytes: number,
  ) {}

  /** Says that a message of QoS 1 or 2 is safe. Caution: runs for each of them. */
  acknowledge(qos: Qos, packetId: number): void {
    const at = this.output.reserve(4);
    const block = this.output.block as Buffer;
    block[at] = qos === 2 ? AcknowledgementByte.pubrec : AcknowledgementByte.puback;
    block[at + 1] = 2;
    block[at + 2] = packetId >> 8;
    block[at + 3] = packetId & 0xff;
  }

  /** Says to an MQTT 5 client why a message was not taken; in words where it shall hear them. */
  refuse(qos: Qos, packetId: number, reasonCode: number, reason: string | undefined): void {
    const firstByte = qos === 2 ? AcknowledgementByte.pubrec : AcknowledgementByte.puback;
    const packet = encodeRefusal(firstByte, packetId, reasonCode, reason, this.maximumPacketBytes);
    this.output.append(packet, 0, packet.length);
  }

  /** [MQTT-4.3.3-11] Ends the exchange of a message with QoS 2. */
  complete(packetId: number, isKnown: boolean): void {
    const reasonCode = isKnown || !this.isV5 ? ReasonCode.success : ReasonCode.packetIdentifierNotFound;
    const packet = encodeAcknowledgement(AcknowledgementByte.pubcomp, packetId, reasonCode);
    this.output.append(packet, 0, packet.length);
  }
}
