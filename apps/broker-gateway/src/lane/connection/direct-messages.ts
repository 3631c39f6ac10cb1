import type { PublishFrame } from '../packets/publish-frame.js';
import type { LaneCore } from './lane-core.js';
import type { Outgoing } from './outgoing.js';

/**
 * What became of a message to one client.
 *
 * - `sent`: with QoS 0, it is on its way
 * - `acknowledged`: with QoS 1, the client has it
 * - `unacknowledged`: the client has not acknowledged it in time, or the connection has ended before; it may have it
 * - `closed`: the connection had ended before
 * - `too-large`: the client takes no packet of this size
 * - `congested`: the client does not take what was sent before
 */
export type DirectOutcome = 'sent' | 'acknowledged' | 'unacknowledged' | 'closed' | 'too-large' | 'congested';

/** Messages to one client past all subscriptions. They are in no queue: they go out at once or not at all. */
export class DirectMessages {
  /** By packet identifier, those that somebody waits for. */
  private readonly waiting = new Map<number, (outcome: DirectOutcome) => void>();

  constructor(
    private readonly core: LaneCore,
    private readonly outgoing: Outgoing,
  ) {}

  /** Sends a message with its QoS, which is 0 or 1. */
  async send(frame: PublishFrame, timeoutMs: number): Promise<DirectOutcome> {
    const { outgoing, core } = this;
    const qos = frame.qos === 0 ? 0 : 1;
    if (outgoing.isCongested || (qos === 1 && outgoing.window.free === 0)) return 'congested';
    core.forms.use(frame);
    try {
      const form = outgoing.form(core.forms, qos, false, undefined);
      if (outgoing.isTooLarge(form)) return 'too-large';
      if (qos === 1) return this.acknowledgement(outgoing.send(form, qos, 0), timeoutMs);
      outgoing.sendQos0(form);
      return 'sent';
    } finally {
      core.forms.release();
    }
  }

  /** The client has acknowledged a message. */
  acknowledged(packetId: number): void {
    this.waiting.get(packetId)?.('acknowledged');
  }

  /** The connection has ended. */
  close(): void {
    for (const settle of [...this.waiting.values()]) settle('unacknowledged');
  }

  private acknowledgement(packetId: number, timeoutMs: number): Promise<DirectOutcome> {
    return new Promise((resolve) => {
      const settle = (outcome: DirectOutcome) => {
        clearTimeout(timer);
        this.waiting.delete(packetId);
        resolve(outcome);
      };
      const timer = setTimeout(() => settle('unacknowledged'), timeoutMs);
      this.waiting.set(packetId, settle);
    });
  }
}
