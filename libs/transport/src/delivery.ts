import type { Delivery, EventContract } from '#thingcore/contracts';

/**
 * How a handler wants an event: as its contract delivers it, or `watch`: a group or ordered event seen by every replica, from
 * now on and as well as may be, without acknowledgement or retry (a face that shows what happens needs no more).
 */
export type HandlerDelivery = Delivery | 'watch';

/**
 * The arguments of Nest's `@EventPattern`. The pattern is a string; typed as one, Nest would take it for a key of a
 * catalogue of events and refuse every handler that says what its payload is.
 */
export type EventPatternArguments = [pattern: unknown, extras: { delivery: HandlerDelivery }];

/** `@EventPattern(...handles(contract))`: the method handles the event as its contract delivers it. */
export function handles(contract: EventContract): EventPatternArguments {
  return [contract.pattern, { delivery: contract.delivery }];
}

/** `@EventPattern(...watches(contract))`: the method sees a group or ordered event on every replica, best effort. */
export function watches(contract: EventContract): EventPatternArguments {
  if (contract.delivery === 'broadcast') {
    throw new TypeError(
      `Event ${contract.pattern} reaches every replica already: write handles() instead of watches()`,
    );
  }
  return [contract.pattern, { delivery: 'watch' }];
}

/** The delivery a handler declared; throws a TypeError at start-up when it declared none. */
export function deliveryOf(pattern: string, extras: unknown): HandlerDelivery {
  const delivery = typeof extras === 'object' && extras !== null && 'delivery' in extras ? extras.delivery : undefined;
  if (delivery === 'group' || delivery === 'ordered' || delivery === 'broadcast' || delivery === 'watch') {
    return delivery;
  }
  throw new TypeError(
    `The handler of event ${pattern} does not say how it wants it delivered: write @EventPattern(...handles(contract))`,
  );
}
