import type { EnginePacket } from '../engine/engine-client.js';
import { fromEngine } from '../engine/engine-message.js';
import { NOT_QUEUED } from '../ports/lane-store.js';
import { recipientFor } from '../routing/route.js';
import type { Session } from '../routing/session.js';
import type { LaneCore } from './lane-core.js';
import type { Receiver } from './receiver.js';

/** Brings a retained message that the engine found to a new subscription; to a persistent session through its queue. */
export async function deliverRetained(
  core: LaneCore,
  receiver: Receiver,
  session: Session,
  packet: EnginePacket,
): Promise<void> {
  const frame = fromEngine(packet);
  const recipient = recipientFor(session, frame.topicKey, core.limits.parentMatchesHash);
  if (recipient === undefined) return;
  const qos = frame.qos < recipient.qos ? frame.qos : recipient.qos;
  if (qos === 0 || !session.isPersistent) {
    receiver.deliverRetained(frame, recipient, frame.topic);
    return;
  }
  const { positions } = await core.router.enqueue(frame, { qos, isRetained: true }, [session]);
  const position = positions[0] ?? NOT_QUEUED;
  if (position !== NOT_QUEUED) receiver.queue.arrived(position);
}
