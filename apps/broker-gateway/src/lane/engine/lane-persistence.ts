import { Readable } from 'node:stream';
import type { Qos } from '../packets/control-packet.js';
import type { SubscriptionOptions } from '../routing/subscription.js';
import type { EnginePacket } from './engine-client.js';
import { isDisguised, revealed } from './shared-filter.js';

/** A subscription as the engine stores it with a persistent session. */
export interface StoredSubscription {
  readonly topic: string;
  readonly qos: number;
  readonly nl?: boolean | undefined;
  readonly rap?: boolean | undefined;
  readonly subscriptionIdentifier?: number | undefined;
}

/** What a stored subscription says to the lane. */
export function storedOptions({ qos, nl, rap, subscriptionIdentifier }: StoredSubscription): SubscriptionOptions {
  const options = { qos: qos as Qos, noLocal: nl === true, retainAsPublished: rap === true } as const;
  return subscriptionIdentifier === undefined ? options : { ...options, identifier: subscriptionIdentifier };
}

/** The engine's store of sessions, wills and retained messages, as far as the lane uses or changes it. */
export interface EnginePersistence {
  storeRetained(packet: EnginePacket): Promise<unknown>;
  createRetainedStreamCombi(filters: string[]): Readable;
  addSubscriptions(client: { id: string }, subscriptions: StoredSubscription[]): Promise<unknown>;
  removeSubscriptions(client: { id: string }, filters: string[]): Promise<unknown>;
  cleanSubscriptions(client: { id: string }): Promise<unknown>;
}

/** What the lane wants to know of the store. */
export interface PersistenceEvents {
  /** A persistent session has these filters. Resolves when all who must know do. */
  subscribed(clientId: string, subscriptions: readonly StoredSubscription[]): Promise<void>;
  /** A persistent session has given up these filters. */
  unsubscribed(clientId: string, filters: readonly string[]): Promise<void>;
  /** A session has ended: it was cleaned, or it expired. Resolves when its queue is gone. */
  ended(clientId: string): Promise<void>;
}

/**
 * The persistence that the engine is given: its own for sessions, wills, retained messages and QoS 2 of publishers, but no
 * queue of outgoing messages. Those the lane keeps in its store and brings to the client itself, since whoever sends must
 * own the packet identifiers.
 */
export function lanePersistence<T extends EnginePersistence>(
  persistence: T,
  events: PersistenceEvents,
  retainedToWildcards: boolean,
): T {
  const replaced: Record<string, unknown> = {
    outgoingStream: () => Readable.from([]),
    outgoingEnqueue: resolve,
    outgoingEnqueueCombi: resolve,
    outgoingUpdate: resolve,
    outgoingClearMessageId: resolve,
    subscriptionsByTopic: () => Promise.resolve([]),
    createRetainedStreamCombi: (filters: string[]) => {
      const wanted = filters.filter(
        (filter) =>
          // [MQTT5 3.8.4] Shared subscriptions get no retained messages; AWS: Retained messages, nor do wildcards.
          !isDisguised(filter) && (retainedToWildcards || !/[+#]/.test(filter)),
      );
      return wanted.length === 0 ? Readable.from([]) : persistence.createRetainedStreamCombi(wanted);
    },
    addSubscriptions: async (client: { id: string }, subscriptions: StoredSubscription[]) => {
      await persistence.addSubscriptions(client, subscriptions);
      await events.subscribed(
        client.id,
        subscriptions.map((one) => ({ ...one, topic: revealed(one.topic) })),
      );
    },
    removeSubscriptions: async (client: { id: string }, filters: string[]) => {
      await persistence.removeSubscriptions(client, filters);
      await events.unsubscribed(client.id, filters.map(revealed));
    },
    cleanSubscriptions: async (client: { id: string }) => {
      await Promise.all([persistence.cleanSubscriptions(client), events.ended(client.id)]);
    },
  };
  // A proxy and not an object of its own: implementations differ, and keep private fields.
  return new Proxy(persistence, {
    get: (target, name) => {
      if (typeof name === 'string' && Object.hasOwn(replaced, name)) return replaced[name];
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function' || name === 'constructor') return value;
      // The engine asks whether `setup` is an async function, which a bound one still is.
      return (value as (...args: unknown[]) => unknown).bind(target);
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
}

function resolve(): Promise<void> {
  return Promise.resolve();
}
