/** A client at one end of the lane, as the host of the lane knows it. */
export interface LanePeer {
  readonly clientId: string;
  /** The engine's object for this connection: a key for what the host knows of it. */
  readonly client: object;
}

/** Why a message of a client is not taken. */
export interface LaneRefusal {
  /** Reason code of MQTT 5 for the PUBACK or the DISCONNECT. */
  readonly reasonCode: number;
  /** For a person: what was not allowed and why. Sent as Reason String, where the client wants it. */
  readonly reason: string;
  /**
   * Whether the connection ends even though a PUBACK could say it. Without a PUBACK, with QoS 0 or MQTT 3.1.1, it ends in
   * any case.
   */
  readonly endsConnection: boolean;
}

/**
 * Decides what clients may publish and receive. The lane remembers the answers for each connection and topic and asks
 * again after `MessageLane.permissionsChanged`, so an answer may cost something. A promise makes the publisher, or what
 * goes to the receiver, wait in order. A promise that rejects refuses.
 */
export interface LanePolicy {
  /** `undefined`: it may. */
  mayPublish(
    publisher: LanePeer,
    topic: string,
    isRetained: boolean,
  ): LaneRefusal | undefined | Promise<LaneRefusal | undefined>;
  mayReceive(receiver: LanePeer, topic: string): boolean | Promise<boolean>;
}
