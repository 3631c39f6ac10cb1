import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { isTracing } from '#thingcore/tracing';
import { isObservable, lastValueFrom } from 'rxjs';
import { handleWithin } from './call-scope.js';
import { type HandlerDelivery, deliveryOf } from './delivery.js';
import { type HandledKind, traceHandler } from './traced-handler.js';
import { TransportContext } from './transport-context.js';

/** The handlers of one event, in the order Nest found them. */
export type EventHandlers = ReadonlyMap<string, readonly MessageHandler[]>;

/**
 * What both strategies share: they hold the handlers Nest found and run them. Event handlers of one pattern are kept
 * apart instead of chained as Nest does it, so that each succeeds, fails and is retried on its own.
 */
export abstract class HandlerServer extends Server<never, string> implements CustomTransportStrategy {
  /** Failures come back to the strategy, which retries and reports them; Nest need not log them too. */
  override readonly propagatesEventHandlerErrors = true;
  readonly #events: Record<HandlerDelivery, Map<string, MessageHandler[]>> = {
    group: new Map(),
    ordered: new Map(),
    broadcast: new Map(),
    watch: new Map(),
  };

  /** Starts taking messages; calls back with an error when it cannot. */
  abstract override listen(callback: (error?: unknown) => void): void;

  /** Stops taking messages and resolves when what was in flight is done, or the grace period is over. */
  abstract override close(): Promise<void>;

  /** Called by Nest for each handler; a command with two handlers or an event without delivery stops the start. */
  override addHandler(
    pattern: string,
    callback: MessageHandler,
    isEventHandler = false,
    extras: Record<string, unknown> = {},
  ): void {
    const route = this.normalizePattern(pattern);
    if (!isEventHandler) {
      if (this.messageHandlers.has(route)) throw new TypeError(`Command ${route} has two handlers; it may have one`);
      super.addHandler(pattern, callback, false, extras);
      return;
    }
    const handlers = this.#events[deliveryOf(route, extras)];
    const others = handlers.get(route);
    if (others) others.push(callback);
    else handlers.set(route, [callback]);
  }

  /** The handlers of commands by pattern. */
  get commandHandlers(): ReadonlyMap<string, MessageHandler> {
    return this.messageHandlers;
  }

  /** The handlers of events that asked for this delivery, by pattern. */
  eventHandlers(delivery: HandlerDelivery): EventHandlers {
    return this.#events[delivery];
  }

  /** The strategies report no events of their own. */
  override on(): never {
    throw new TypeError('The transport has no events to listen to');
  }

  /** There is no foreign server underneath. */
  override unwrap(): never {
    throw new TypeError('The transport has no underlying server to hand out');
  }
}

/**
 * Starts a handler under the correlation id of its message. Resolves with what it returned, or with an observable that
 * fails: Nest's answer when an exception filter had its say.
 */
export function startHandler(
  kind: HandledKind,
  handler: MessageHandler,
  pattern: string,
  correlationId: string,
  payload: unknown,
  traceparent?: string,
): Promise<unknown> {
  const run = () => handleWithin(correlationId, () => handler(payload, new TransportContext([pattern, correlationId])));
  return isTracing() ? traceHandler(kind, pattern, traceparent, run) : run();
}

/** Runs a handler as {@link startHandler} does and returns its result; rejects with what it threw. */
export async function invoke(...handling: Parameters<typeof startHandler>): Promise<unknown> {
  const result = await startHandler(...handling);
  return isObservable(result) ? lastValueFrom(result, { defaultValue: undefined }) : result;
}
