import type { EventContract } from '#thingcore/contracts';
import type { z } from 'zod';

/** What a publisher passes for an event. */
export type EventInputOf<E extends EventContract> = z.input<E['payload']>;

/** Tells the other services what happened. The token to inject; `TransportModule` decides what stands behind it. */
export abstract class EventBus {
  /**
   * Publishes an event and resolves when it is safe: handled by every group handler of the process (local) or
   * acknowledged by Redis. Rejects when it is not; publishing again is right then, as handlers are idempotent.
   */
  abstract publish<E extends EventContract>(contract: E, payload: EventInputOf<E>): Promise<void>;
}
