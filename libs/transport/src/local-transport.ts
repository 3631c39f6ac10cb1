import { Logger } from '@nestjs/common';
import type { MessageHandler } from '@nestjs/microservices';
import { IotError, reviveError } from '#thingcore/errors';
import { isHandling } from './call-scope.js';
import { type HandlerServer, invoke } from './handler.server.js';
import { InFlight } from './in-flight.js';
import { jsonCopy } from './json-copy.js';
import { type RetryPolicy, runWithRetry } from './retry.js';

/** How the local transport treats failing event handlers and its stop. */
export interface LocalTransportSettings {
  /** Runs of a failing group handler in total; 3 unless given. */
  maxTries?: number;
  /** Milliseconds before its second run, doubling; 50 unless given. */
  retryDelayMs?: number;
  /** Milliseconds a stopping server waits for what is in flight; 3,000 unless given. */
  graceMs?: number;
}

interface Attached {
  readonly server: HandlerServer;
  readonly inFlight: InFlight;
  isDraining: boolean;
}

/**
 * The hub of one process: servers attach their handlers, clients reach them by a direct call. Payloads and replies
 * make a JSON round trip, so that both strategies carry exactly the same values and nothing is shared.
 */
export class LocalTransport {
  readonly #logger = new Logger('LocalTransport');
  readonly #attached: Attached[] = [];
  readonly #retry: RetryPolicy;
  readonly #graceMs: number;

  constructor(settings: LocalTransportSettings = {}) {
    this.#retry = { maxTries: settings.maxTries ?? 3, delayMs: settings.retryDelayMs ?? 50 };
    this.#graceMs = settings.graceMs ?? 3_000;
  }

  /** Makes the handlers of a server reachable. Throws a TypeError when a command would have two handlers. */
  attach(server: HandlerServer): void {
    for (const pattern of server.commandHandlers.keys()) {
      if (this.#attached.some((other) => other.server.commandHandlers.has(pattern))) {
        throw new TypeError(`Command ${pattern} has handlers in two servers of this process; it may have one`);
      }
    }
    this.#attached.push({ server, inFlight: new InFlight(), isDraining: false });
  }

  /**
   * Takes a server's handlers away when what they are doing is done, or the grace period is over. Until then only
   * work caused by a running handler is accepted: a command in flight can still make its own calls.
   */
  async detach(server: HandlerServer): Promise<void> {
    const attached = this.#attached.find((candidate) => candidate.server === server);
    if (!attached) return;
    attached.isDraining = true;
    const drained = await attached.inFlight.drained(this.#graceMs);
    if (!drained) this.#logger.warn(`${attached.inFlight.count} handlers still run after ${this.#graceMs} ms`);
    this.#attached.splice(this.#attached.indexOf(attached), 1);
  }

  /** Runs the handler of a command and copies its reply. Errors: its own; `ServiceUnavailable` without a handler. */
  async call(pattern: string, payload: unknown, correlationId: string): Promise<unknown> {
    const copy = jsonCopy(pattern, payload);
    const attached = this.#attached.find((each) => each.server.commandHandlers.has(pattern) && isOpen(each));
    const handler = attached?.server.commandHandlers.get(pattern);
    if (!attached || !handler) {
      throw new IotError('ServiceUnavailable', `Nothing in this process listens to ${pattern}; start its service`);
    }
    try {
      return jsonCopy(pattern, await this.#track(attached, 'command', handler, pattern, correlationId, copy));
    } catch (error) {
      throw reviveError(error);
    }
  }

  /**
   * Hands an event to every handler and resolves when all are done. A failing group handler runs again a few times;
   * rejects with its last error then, after the other handlers had their turn. Broadcast and watching handlers are
   * best effort as they are over Redis: what they throw is logged.
   */
  async publish(pattern: string, payload: unknown, correlationId: string): Promise<void> {
    // What a later run gets must not change by what an earlier one, or the publisher, does to theirs.
    const kept = jsonCopy(pattern, payload);
    const once: RetryPolicy = { maxTries: 1, delayMs: 0 };
    const runs: Promise<IotError | undefined>[] = [];
    for (const attached of this.#open()) {
      const start = (handler: MessageHandler, policy: RetryPolicy): Promise<IotError | undefined> =>
        runWithRetry(
          () => this.#track(attached, 'event', handler, pattern, correlationId, jsonCopy(pattern, kept)),
          policy,
        );
      for (const delivery of ['group', 'ordered'] as const) {
        for (const handler of attached.server.eventHandlers(delivery).get(pattern) ?? []) {
          runs.push(start(handler, this.#retry));
        }
      }
      for (const delivery of ['broadcast', 'watch'] as const) {
        for (const handler of attached.server.eventHandlers(delivery).get(pattern) ?? []) {
          runs.push(start(handler, once).then((error) => this.#logBestEffort(pattern, error)));
        }
      }
    }
    const failure = (await Promise.all(runs)).find((error) => error !== undefined);
    if (failure) throw failure;
  }

  #open(): Attached[] {
    return this.#attached.filter(isOpen);
  }

  async #track({ inFlight }: Attached, ...handling: Parameters<typeof invoke>): Promise<unknown> {
    inFlight.begin();
    try {
      return await invoke(...handling);
    } finally {
      inFlight.end();
    }
  }

  #logBestEffort(pattern: string, error: IotError | undefined): undefined {
    if (error) this.#logger.warn(`A handler of ${pattern} failed: ${error.code}: ${error.message}`);
  }
}

/** A server that is about to leave takes what a running handler has caused, and nothing else. */
function isOpen({ isDraining }: Attached): boolean {
  return !isDraining || isHandling();
}
