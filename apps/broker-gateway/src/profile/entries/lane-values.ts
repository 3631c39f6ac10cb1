import { AWS_LANE_LIMITS, type LaneLimits, STANDARD_LANE_LIMITS } from '../../lane/ports/lane-limits.js';

/** Both values of something that the lane keeps. */
export function ofLane<V>(read: (limits: LaneLimits) => V): { aws: V; mqtt: V } {
  return { aws: read(AWS_LANE_LIMITS), mqtt: read(STANDARD_LANE_LIMITS) };
}
