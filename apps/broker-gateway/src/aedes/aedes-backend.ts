import type { EnginePersistence, StoredSubscription } from '../lane/engine/lane-persistence.js';
import type { RetainedStore } from '../retained/retained-store.js';

/** A persistent session as a store has it. */
export interface StoredSession {
  readonly clientId: string;
  readonly subscriptions: readonly StoredSubscription[];
}

/** Where aedes keeps sessions, wills and retained messages. */
export interface AedesBackend {
  readonly persistence: EnginePersistence & {
    /** What a persistent session is subscribed to. */
    subscriptionsByClient(client: { id: string }): Promise<StoredSubscription[]>;
  };
  readonly retained: RetainedStore;
  /** The sessions that were there before the process, unless the cluster tells of them. */
  sessions(): AsyncIterable<StoredSession>;
  /** Releases the store, after aedes has closed. */
  close(): Promise<void>;
}
