/**
 * What happened since the start. Plain numbers that the lane counts up; the host reads them when metrics are collected,
 * so that a message costs an addition and no call.
 */
export interface LaneCounters {
  receivedQos0: number;
  receivedQos1: number;
  receivedQos2: number;
  deliveredQos0: number;
  deliveredQos1: number;
  deliveredQos2: number;
  acknowledged: number;
  refused: number;
  /** QoS 0 messages that a slow receiver did not get. */
  droppedQos0: number;
  /** QoS 1 messages that a slow receiver without a persistent session did not get. */
  droppedQos1: number;
  /** Messages beyond the rate of their receiver that nothing keeps for it. */
  droppedThrottled: number;
  /** Messages that a connected receiver has left unacknowledged for too long. */
  droppedUnacknowledged: number;
  /** Messages larger than their receiver accepts. */
  droppedTooLarge: number;
  expired: number;
  /** QoS 1 messages for sessions whose queue was full. */
  notQueued: number;
  /** Connections ended because they did not take what was sent. */
  slowReceivers: number;
  protocolErrors: number;
  /** How often a publisher had to wait because it was beyond its rate. */
  throttles: number;
  /** How often publishers had to wait for the total mark. */
  pauses: number;
}

/** Counters at zero. */
export function newLaneCounters(): LaneCounters {
  return {
    receivedQos0: 0,
    receivedQos1: 0,
    receivedQos2: 0,
    deliveredQos0: 0,
    deliveredQos1: 0,
    deliveredQos2: 0,
    acknowledged: 0,
    refused: 0,
    droppedQos0: 0,
    droppedQos1: 0,
    droppedThrottled: 0,
    droppedUnacknowledged: 0,
    droppedTooLarge: 0,
    expired: 0,
    notQueued: 0,
    slowReceivers: 0,
    protocolErrors: 0,
    throttles: 0,
    pauses: 0,
  };
}
