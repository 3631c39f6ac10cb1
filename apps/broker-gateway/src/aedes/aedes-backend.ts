/** The part of aedes' persistence interface that the gateway touches. */
export interface AedesPersistence {
  /** Keeps the filters of a persistent session. */
  addSubscriptions(client: { id: string }, subscriptions: { topic: string; qos: number }[]): Promise<unknown>;
  /** Queues a message for the persistent sessions whose subscriptions match its topic. */
  outgoingEnqueueCombi(subscriptions: { topic: string }[], packet: { topic: string }): Promise<unknown>;
}

/** Where aedes keeps sessions, queued and retained messages, and what carries messages between its clients. */
export interface AedesBackend {
  readonly persistence: AedesPersistence;
  readonly emitter: unknown;
  /** Releases the store, after aedes has closed. */
  close(): Promise<void>;
}
