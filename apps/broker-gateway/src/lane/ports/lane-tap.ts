import type { PublishFrame } from '../packets/publish-frame.js';
import type { LanePeer } from './lane-policy.js';

/**
 * Sees the messages that clients publish before they are delivered: rules, live views, requests to the platform. Wills and
 * messages of the platform do not pass here.
 */
export interface LaneTap {
  /** Whether it wants messages on this topic. Remembered for each topic until `MessageLane.tapsChanged`. */
  watches(topic: string): boolean;
  /**
   * Offers a message, valid during the call and not copied: take what is needed. The delivery, and with QoS 1 the PUBACK,
   * wait for the promise. When it rejects the message is refused, with what `LaneOptions.explain` makes of the error.
   */
  offer(message: PublishFrame, publisher: LanePeer): Promise<unknown> | undefined;
}
