import { IotError } from '#thingcore/errors';

/** Failures in a row, and the time they span, after which a destination counts as down. An outage that the tries of one
 * message get over does not reach it. */
const FAILURES = 10;
const SPAN_MS = 3_000;
/** How long a destination is left alone, at first and at most; twice as long each time that it is still down. */
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;

/** A destination whose last call failed. */
interface Circuit {
  failures: number;
  /** When the first of them was. */
  readonly since: number;
  /** Until when nobody may call; undefined while everybody may. */
  openUntil: number | undefined;
  pauseMs: number;
  isProbed: boolean;
}

/**
 * Leaves destinations alone that are down: what is meant for them fails at once instead of taking a place and three tries
 * a message. After a pause one call at a time may see whether a destination is back.
 */
export class CircuitBreakers {
  /** The destinations whose last call failed; the others have no entry. */
  private readonly circuits = new Map<string, Circuit>();

  /**
   * @param now milliseconds of a clock that never goes back
   * @param onOpen told when a destination begins to be left alone
   */
  constructor(
    private readonly now: () => number,
    private readonly onOpen: (destination: string, error: IotError) => void,
  ) {}

  /** Throws `ServiceUnavailable`, which is not worth another try now, while a destination is left alone. */
  enter(destination: string): void {
    const circuit = this.circuits.get(destination);
    if (circuit?.openUntil === undefined) return;
    const remaining = circuit.openUntil - this.now();
    if (remaining <= 0 && !circuit.isProbed) {
      circuit.isProbed = true;
      return;
    }
    throw new IotError(
      'ServiceUnavailable',
      `${destination} failed ${circuit.failures} times in a row and is left alone for ${Math.ceil(Math.max(remaining, 1000) / 1000)} s more`,
      { retryable: false, details: { circuit: 'open' } },
    );
  }

  /** Whether a destination is left alone. */
  isOpen(destination: string): boolean {
    return this.circuits.get(destination)?.openUntil !== undefined;
  }

  /** A call of a destination went well, or failed by what it was asked: somebody is there. */
  succeeded(destination: string): void {
    this.circuits.delete(destination);
  }

  /** A call of a destination failed in a way that a later one may not. */
  failed(destination: string, error: IotError): void {
    const now = this.now();
    const circuit = this.circuits.get(destination) ?? {
      failures: 0,
      since: now,
      openUntil: undefined,
      pauseMs: FIRST_PAUSE_MS,
      isProbed: false,
    };
    this.circuits.set(destination, circuit);
    circuit.failures++;
    if (circuit.openUntil !== undefined) {
      // A call that began before the destination was left alone says nothing new.
      if (!circuit.isProbed) return;
      circuit.isProbed = false;
      circuit.pauseMs = Math.min(2 * circuit.pauseMs, LONGEST_PAUSE_MS);
      circuit.openUntil = now + circuit.pauseMs;
    } else if (circuit.failures >= FAILURES && now - circuit.since >= SPAN_MS) {
      circuit.openUntil = now + circuit.pauseMs;
      this.onOpen(destination, error);
    }
  }
}
