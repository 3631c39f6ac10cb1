import type { EngineClient } from '../engine/engine-client.js';
import { ReasonCode } from '../packets/control-packet.js';
import { ProtocolError } from '../packets/protocol-error.js';
import type { LanePeer, LaneRefusal } from '../ports/lane-policy.js';
import type { LaneCore } from './lane-core.js';

/** How long a connection that was told why it ends may take to read it. */
export const GOODBYE_MS = 2_000;

/** Ends a connection from this side, and tells the client why where it can be told. */
export class Farewell {
  /** Whether it was said. */
  isSaid = false;

  constructor(
    private readonly core: LaneCore,
    private readonly peer: LanePeer,
    private readonly client: EngineClient,
  ) {}

  /** Ends the connection for something that went wrong with a packet. */
  fail(error: unknown): void {
    this.core.counters.protocolErrors++;
    if (error instanceof ProtocolError) {
      this.say({ reasonCode: error.reasonCode, reason: error.message });
      return;
    }
    this.core.failed(error);
    this.say({ reasonCode: ReasonCode.unspecified, reason: 'The broker failed to process a packet' });
  }

  /** Ends the connection for a reason; only the first one counts. */
  say({ reasonCode, reason }: Pick<LaneRefusal, 'reasonCode' | 'reason'>): void {
    if (this.isSaid) return;
    this.isSaid = true;
    const { client } = this;
    this.core.refused(this.peer, { reasonCode, reason, endsConnection: true });
    const goodbye = { reasonCode, ...(this.mayTell(reason) ? { properties: { reasonString: reason } } : {}) };
    if (client.version === 5) client.disconnect(goodbye);
    // Without a packet to write the engine tells at once that the client is gone; the reason must be known before.
    else queueMicrotask(() => client.disconnect(goodbye));
  }

  /** [MQTT-3.1.2-29] Whether the client gets a Reason String: only those who want to hear of problems. */
  mayTell(reason: string): boolean {
    return this.client._requestProblemInformation !== false && this.core.tells(this.peer, reason);
  }
}
