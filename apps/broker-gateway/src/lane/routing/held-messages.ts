import { decodeMessage } from '../packets/message-encoding.js';
import type { PublishFrame } from '../packets/publish-frame.js';

interface HeldMessage {
  readonly groupKey: string;
  readonly bytes: Buffer;
  readonly expiresAt: number;
}

/**
 * Messages of shared subscriptions on their way to one member that has no queue. When its session ends before it has
 * acknowledged them, they go to other members [MQTT5 4.8.2]. They are numbered -1, -2, -3, …, unlike those of queues.
 */
export class HeldMessages {
  private readonly messages = new Map<number, HeldMessage>();
  private last = 0;

  /** Holds a message; answers its number. The bytes are kept. */
  add(groupKey: string, bytes: Buffer, expiresAt: number): number {
    this.messages.set(--this.last, { groupKey, bytes, expiresAt });
    return this.last;
  }

  delete(number: number): void {
    this.messages.delete(number);
  }

  /** All of them, in the order they came, each with the whole filter of its group as a key; none is held any more. */
  take(): { groupKey: string; frame: PublishFrame }[] {
    const taken = [...this.messages.values()].map(({ groupKey, bytes, expiresAt }) => {
      const frame = decodeMessage(bytes);
      frame.expiresAt = expiresAt;
      return { groupKey, frame };
    });
    this.messages.clear();
    return taken;
  }
}
