import { randomUUID } from 'node:crypto';
import type { EventContract } from '#thingcore/contracts';
import { currentCorrelationId } from './call-scope.js';
import { EventBus, type EventInputOf } from './event-bus.js';
import type { LocalTransport } from './local-transport.js';

/** Tells the services of this process. */
export class LocalEventBus extends EventBus {
  readonly #transport: LocalTransport;

  constructor(transport: LocalTransport) {
    super();
    this.#transport = transport;
  }

  override publish<E extends EventContract>(contract: E, payload: EventInputOf<E>): Promise<void> {
    return this.#transport.publish(contract.pattern, payload, currentCorrelationId() ?? randomUUID());
  }
}
