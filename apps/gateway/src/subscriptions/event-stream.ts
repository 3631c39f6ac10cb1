import { Readable } from 'node:stream';
import type { FormattedExecutionResult } from 'graphql';

/** Bytes that are made in advance: what follows waits in the bounded queue of the subscription. */
const AHEAD_BYTES = 16 * 1024;

/** A stream that nobody reads to its end is cut off after so long, in milliseconds. */
const LAST_WORDS_MS = 10_000;

/** Neither clients nor proxies take it for anything. */
const COMMENT = ':\n\n';

/** One result, and the cursor of the event it is of, if events of its kind have one. */
export interface StreamedResult {
  readonly result: FormattedExecutionResult;
  readonly cursor?: string | undefined;
}

/**
 * The answer to one subscription over server-sent events, as the protocol "GraphQL over SSE" has it in its distinct
 * connections mode: a `next` for each result, with the cursor as its id, and a `complete` when it is over.
 */
export class EventStream extends Readable {
  #isPulling = false;
  #cutOff: NodeJS.Timeout | undefined;

  constructor(
    private readonly results: AsyncIterator<StreamedResult, undefined>,
    private readonly lastWordsOf: (error: unknown) => FormattedExecutionResult,
  ) {
    super({ highWaterMark: AHEAD_BYTES });
    // The head of the answer leaves with the first bytes of its body.
    this.push(COMMENT);
  }

  override _read(): void {
    if (!this.#isPulling && !this.readableEnded) void this.#pull();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    clearTimeout(this.#cutOff);
    void this.results.return?.();
    callback(error);
  }

  /** Shows proxies and clients that the stream lives. */
  keepAlive(): void {
    if (!this.#isOver && this.readableLength === 0) this.push(COMMENT);
  }

  /** Tells an error and that it is over: the client need not come back. */
  fail(error: unknown): void {
    if (this.#isOver) return;
    this.push(next({ result: this.lastWordsOf(error) }));
    this.push('event: complete\ndata: \n\n');
    this.finish();
  }

  /** Ends the stream. Without a `complete` before it clients come back. */
  finish(): void {
    if (this.#isOver) return;
    this.push(null);
    this.#cutOff = setTimeout(() => this.destroy(), LAST_WORDS_MS).unref();
    void this.results.return?.();
  }

  get #isOver(): boolean {
    return this.destroyed || this.#cutOff !== undefined;
  }

  async #pull(): Promise<void> {
    this.#isPulling = true;
    try {
      for (let mayGoOn = true; mayGoOn;) {
        const { value, done } = await this.results.next();
        if (this.#isOver) return;
        if (done === true) {
          this.push('event: complete\ndata: \n\n');
          this.finish();
          return;
        }
        mayGoOn = this.push(next(value));
      }
    } catch (error) {
      this.fail(error);
    } finally {
      this.#isPulling = false;
    }
  }
}

function next({ result, cursor }: StreamedResult): string {
  const id = cursor === undefined ? '' : `id: ${cursor}\n`;
  return `event: next\n${id}data: ${JSON.stringify(result)}\n\n`;
}
