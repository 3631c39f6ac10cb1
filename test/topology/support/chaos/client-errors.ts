import { GraphqlRefusal } from '../graphql-client.js';

/** Codes that tell a caller to try again: docs/failures.md names them as what is seen while something is away. */
const PASSING_CODES = new Set(['ServiceUnavailable', 'GatewayTimeout', 'Throttling']);

/** The same codes as a shadow's `rejected` has them. */
const PASSING_STATUSES = new Set([429, 503, 504]);

/** CONNACK and PUBACK of MQTT: server unavailable, server busy, quota exceeded; of 3.1.1: server unavailable. */
const PASSING_REASONS = new Set([0x88, 0x89, 0x97, 0x9f, 3]);

/** What a TCP client sees of a process that is not there. */
const CONNECTION_ENDED =
  /ECONNREFUSED|ECONNRESET|EPIPE|ERR_STREAM_WRITE_AFTER_END|ERR_STREAM_DESTROYED|UND_ERR_SOCKET|other side closed|socket disconnected|connack timeout|socket hang up/i;

const STACK = /\n\s+at |\.js:\d+/;

/** What clients were told while something was away, and whether it was what the documentation promises. */
export class ClientErrors {
  readonly #counts = new Map<string, number>();
  /** Errors that no client should ever see. */
  readonly unclear: string[] = [];

  /** Notes an answer to a GraphQL operation that is an error, or that none came. */
  graphql(error: unknown): void {
    if (error instanceof GraphqlRefusal) {
      const code = error.code ?? `HTTP ${error.httpStatus}`;
      this.note(`GraphQL ${code}`, PASSING_CODES.has(code), error.message);
      return;
    }
    const text = textOf(error);
    if (/TimeoutError|aborted due to timeout/.test(text)) this.note('GraphQL: no answer', false, text);
    else this.note('HTTP: connection ended', CONNECTION_ENDED.test(text), text);
  }

  /** Notes what mqtt.js said of a connection or a publish. */
  mqtt(error: unknown): void {
    const code = (error as { code?: unknown }).code;
    const text = textOf(error);
    if (typeof code === 'number') {
      this.note(`MQTT reason 0x${code.toString(16)}`, PASSING_REASONS.has(code), text);
    } else this.note('MQTT: connection ended', CONNECTION_ENDED.test(text), text);
  }

  /** Notes what a shadow's `rejected` said. */
  rejectedShadow(code: number, message: string): void {
    this.note(`shadow rejected ${code}`, PASSING_STATUSES.has(code), message);
  }

  /** Something happened that the documentation names, and that is no error by itself. */
  event(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  /** What was noted since the last call, "what ×how often". */
  take(): string[] {
    const all = [...this.#counts].map(([what, count]) => `${what} ×${count}`).sort();
    this.#counts.clear();
    return all;
  }

  private note(what: string, isClear: boolean, text: string): void {
    this.event(what);
    if (!isClear || STACK.test(text)) this.unclear.push(`${what}: ${text}`);
  }
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  const own = `${error.name} ${error.message} ${code ?? ''}`;
  const parts = error instanceof AggregateError ? error.errors.map(textOf) : [];
  return [own, ...parts, ...(error.cause === undefined ? [] : [textOf(error.cause)])].join('; ');
}
