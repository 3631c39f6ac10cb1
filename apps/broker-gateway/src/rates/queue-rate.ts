import { PacketType } from '../lane/packets/control-packet.js';
import { type LaneStore, NOT_QUEUED, type StoreWrite } from '../lane/ports/lane-store.js';
import type { Allowance } from './allowance.js';

/**
 * A store that takes so many messages in a second and queues none beyond them. What is noted of exchanges under way is no
 * message, and always taken.
 */
export function withQueueRate(store: LaneStore, rate: Allowance, now: () => number): LaneStore {
  const isWithin = ({ bytes, clientIds }: StoreWrite) => {
    if ((bytes[0] as number) >> 4 !== PacketType.publish) return true;
    if (rate.ask(now()) > 0) return false;
    rate.take(clientIds.length, now());
    return true;
  };
  return {
    enqueue: async (writes) => {
      const places = writes.map((write) => (isWithin(write) ? write : undefined));
      const taken = places.filter((write) => write !== undefined);
      const positions = taken.length === 0 ? [] : await store.enqueue(taken);
      let next = 0;
      return places.map((write, index) => {
        if (write !== undefined) return positions[next++] ?? [];
        return (writes[index]?.clientIds ?? []).map(() => NOT_QUEUED);
      });
    },
    read: (clientId, after, limit) => store.read(clientId, after, limit),
    remove: (removals) => store.remove(removals),
    clear: (clientId) => store.clear(clientId),
  };
}
