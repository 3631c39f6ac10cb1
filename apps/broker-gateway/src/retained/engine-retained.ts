import { Readable } from 'node:stream';
import type { EnginePacket } from '../lane/engine/engine-client.js';
import { fromEngine, toEngine } from '../lane/engine/engine-message.js';
import type { EnginePersistence } from '../lane/engine/lane-persistence.js';
import type { RetainedStore } from './retained-store.js';

/**
 * Has a persistence of the engine keep retained messages in a store of ours: its own looks at every message for each filter
 * of a new subscription, and cannot say when one was changed.
 *
 * @param now milliseconds since the epoch
 */
export function keepRetainedIn<P extends EnginePersistence>(
  store: RetainedStore,
  persistence: P,
  now: () => number,
): P {
  return Object.assign(persistence, {
    storeRetained: async (packet: EnginePacket) => {
      if (packet.payload.length === 0) {
        await store.delete(packet.topic);
        return;
      }
      const { topic, buffer, start, end, expiresAt, expirySeconds } = fromEngine(packet);
      // The engine says of a will only how long it lives, from its publication on.
      const isRelative = expiresAt === 0 && expirySeconds >= 0;
      await store.keep(topic, buffer.subarray(start, end), isRelative ? now() + expirySeconds * 1_000 : expiresAt);
    },
    createRetainedStreamCombi: (filters: string[]) => Readable.from(packets(store, filters)),
  });
}

async function* packets(store: RetainedStore, filters: readonly string[]): AsyncGenerator<EnginePacket> {
  for await (const frame of store.matching(filters)) yield toEngine(frame);
}
