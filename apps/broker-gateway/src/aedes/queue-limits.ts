import type { Clock } from '#thingcore/platform';
import type { LaneStore } from '../lane/ports/lane-store.js';
import type { BrokerProfile } from '../profile/broker-profile.js';
import { Allowance } from '../rates/allowance.js';
import { withQueueRate } from '../rates/queue-rate.js';

/** The queues of sessions at the rate that a profile allows; as they are where it allows any. */
export function queuesAtRate(queues: LaneStore, profile: BrokerProfile, clock: Clock): LaneStore {
  const { queuedMessagesPerSecond } = profile;
  if (queuedMessagesPerSecond === Infinity) return queues;
  return withQueueRate(queues, new Allowance(queuedMessagesPerSecond, clock.now()), () => clock.now());
}
