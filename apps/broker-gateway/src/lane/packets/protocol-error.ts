import type { ErrorCode } from '#thingcore/errors';
import { ReasonCode } from './control-packet.js';

/**
 * A client broke the protocol or a limit of it: its connection ends with this reason [MQTT-4.13.1-1]. It never leaves the
 * broker, hence no `IotError`; `code` is the one it would have.
 */
export class ProtocolError extends Error {
  readonly code: ErrorCode;

  constructor(
    /** The reason code of MQTT 5 for the DISCONNECT. */
    readonly reasonCode: number,
    /** What is wrong and what would be right; sent as Reason String. */
    message: string,
  ) {
    super(message);
    this.code = reasonCode === ReasonCode.packetTooLarge ? 'PayloadTooLarge' : 'InvalidRequest';
  }
}

/** The error for a packet that cannot be read. */
export function malformed(message: string): ProtocolError {
  return new ProtocolError(ReasonCode.malformedPacket, message);
}
