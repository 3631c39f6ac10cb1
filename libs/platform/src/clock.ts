/**
 * Where the time comes from. Everything that depends on time takes it from here, so that tests can advance it.
 * An abstract class because Nest needs a token that exists at run time.
 */
export abstract class Clock {
  /** Milliseconds since the epoch. */
  abstract now(): number;
}
