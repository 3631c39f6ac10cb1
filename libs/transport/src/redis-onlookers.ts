import { Logger } from '@nestjs/common';
import type { MessageHandler } from '@nestjs/microservices';
import { reviveError } from '#thingcore/errors';
import { type EventHandlers, invoke } from './handler.server.js';
import { InFlight } from './in-flight.js';
import { type WireEvent, splitBatch } from './redis-envelope.js';

/** Runs best-effort handlers (broadcast and watch): each gets every event once, what they throw is logged. */
export class RedisOnlookers {
  readonly #logger = new Logger('RedisOnlookers');
  readonly #handlers: EventHandlers;
  readonly #inFlight = new InFlight();

  constructor(handlers: EventHandlers) {
    this.#handlers = handlers;
  }

  /** Hands the events of a batch to the handlers of their pattern; never throws. */
  show(pattern: string, body: string): void {
    try {
      for (const [index, handler] of (this.#handlers.get(pattern) ?? []).entries()) {
        // Each handler parses its own copy: nothing is shared between them.
        for (const event of splitBatch<WireEvent>(body)) void this.#run(pattern, event, index, handler);
      }
    } catch (error) {
      this.#logger.error(`A batch of ${pattern} cannot be read: ${String(error)}`);
    }
  }

  /** Waits for the handlers under way, at most `graceMs` milliseconds. */
  async drain(graceMs: number): Promise<void> {
    await this.#inFlight.drained(graceMs);
  }

  async #run(
    pattern: string,
    [correlationId, payload, traceparent]: WireEvent,
    index: number,
    handler: MessageHandler,
  ): Promise<void> {
    this.#inFlight.begin();
    try {
      await invoke('event', handler, pattern, correlationId, payload, traceparent);
    } catch (thrown) {
      const error = reviveError(thrown);
      this.#logger.warn(
        `Handler ${index + 1} of ${pattern} failed (${correlationId}): ${error.code}: ${error.message}`,
      );
    } finally {
      this.#inFlight.end();
    }
  }
}
