import type { Client, ConnectPacket } from 'aedes';
import type { IotError } from '#thingcore/errors';
import { ANONYMOUS, type Peer } from '../connection.js';
import { INTERNAL_CODES } from './refusal-codes.js';

/** Room for everything else in a packet that carries a Reason String. */
const PACKET_OVERHEAD_BYTES = 32;

/** Which clients get a Reason String, and how long it may be. */
export class ReasonStrings {
  /** The largest text for a client; it has none that gets no Reason String. */
  private readonly limits = new WeakMap<Client, number>();

  /** Reads the CONNECT packet of a client. Whoever has not shown a certificate is told codes, and nothing else. */
  meet(client: Client, { principal }: Peer, { protocolVersion, properties }: ConnectPacket): void {
    // [MQTT5 3.1.2.11.7] Request Problem Information.
    if (protocolVersion !== 5 || principal === ANONYMOUS || properties?.requestProblemInformation === false) return;
    // [MQTT5 3.4.2.2.2] A Reason String must not make the packet larger than the client takes.
    this.limits.set(client, (properties?.maximumPacketSize ?? Infinity) - PACKET_OVERHEAD_BYTES);
  }

  /** A text for a client, if it gets one. */
  fitting(client: Client, text: string): string | undefined {
    const limit = this.limits.get(client);
    return limit !== undefined && Buffer.byteLength(text) <= limit ? text : undefined;
  }

  /** What a client may be told of an error: nothing of what goes on inside. */
  ofError(client: Client, { code, message }: IotError): string | undefined {
    return INTERNAL_CODES.has(code) ? undefined : this.fitting(client, message);
  }
}
