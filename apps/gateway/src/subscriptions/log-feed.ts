import { IotError } from '#thingcore/errors';
import type { Logger } from '#thingcore/platform';
import type { BoundedQueue, QueueLimits } from '../requests/bounded-queue.js';
import type { ClientConnection } from '../requests/client-connection.js';
import { type LogEntry, LogFollower, type LogPage } from './log-follower.js';
import { type History, type Place, ResumedEvents } from './resumed-events.js';

/** How much may wait for one subscription to a log. */
const LIMITS: QueueLimits = { items: 256, bytes: 4 * 1024 * 1024 };

/** A log that clients subscribe to, each with a filter. */
export interface SubscribedLog<Entry extends LogEntry, Filter> {
  /** What it holds, as in `denials`. */
  readonly name: string;
  /** The entries behind a cursor that meet a filter; without a cursor none, and the cursor of now. */
  read(filter: Partial<Filter>, after: string | undefined): Promise<LogPage<Entry>>;
  /** Whether an entry meets a filter. */
  meets(entry: Entry, filter: Filter): boolean;
  /** An error as clients may see it. */
  translate(error: unknown): Error;
}

/**
 * Brings the entries of a log to those who subscribed to it on this replica: one reader of the log for all of them, and one
 * look at the past for each who comes back.
 */
export class LogFeed<Entry extends LogEntry, Filter extends object> {
  private readonly subscribers = new Map<BoundedQueue<Entry>, Filter>();
  private readonly follower: LogFollower<Entry>;

  constructor(
    private readonly log: SubscribedLog<Entry, Filter>,
    logger: Logger,
  ) {
    this.follower = new LogFollower<Entry>({
      read: (after) => log.read({}, after),
      tell: (entries) => this.announce(entries),
      lose: () => this.endAll(),
      fail: (error) =>
        logger.warn('a log could not be read and is tried again', { log: log.name, error: String(error) }),
    });
  }

  /**
   * The entries that meet a filter: those behind the cursor `after`, or those from now on.
   *
   * @throws `ResourceNotFound` when the log does not reach back to the cursor
   */
  async subscribe(
    connection: ClientConnection,
    filter: Filter,
    after: string | undefined,
  ): Promise<AsyncIterableIterator<Entry>> {
    const queue = connection.open<Entry>(
      LIMITS,
      () => this.log.translate(tooSlow(this.log.name)),
      () => this.forget(queue),
    );
    this.subscribers.set(queue, filter);
    try {
      await this.follower.join();
      return after === undefined ? queue : await this.resume(queue, filter, after);
    } catch (error) {
      queue.end();
      throw error;
    }
  }

  /** There is more in the log, or there may be. */
  wake(): void {
    this.follower.wake();
  }

  /** How many subscriptions there are. */
  get size(): number {
    return this.subscribers.size;
  }

  private async resume(queue: BoundedQueue<Entry>, filter: Filter, after: string): Promise<ResumedEvents<Entry>> {
    const page = await this.log.read(filter, after);
    if (page.isForgotten) throw forgotten(this.log.name, after);
    return new ResumedEvents<Entry>(queue, new LogPosition(this.log, filter, page), page.entries);
  }

  private announce(entries: readonly Entry[]): void {
    for (const entry of entries) {
      for (const [queue, filter] of [...this.subscribers]) {
        if (this.log.meets(entry, filter)) queue.push(entry, () => JSON.stringify(entry).length);
      }
    }
  }

  /** Nobody may believe that nothing happened. */
  private endAll(): void {
    for (const queue of [...this.subscribers.keys()]) queue.fail(this.log.translate(missed(this.log.name)));
  }

  private forget(queue: BoundedQueue<Entry>): void {
    if (this.subscribers.delete(queue)) this.follower.leave();
  }
}

/** How far one subscriber has come in a log. */
class LogPosition<Entry extends LogEntry, Filter> implements History<Entry> {
  private passed: string;

  constructor(
    private readonly log: SubscribedLog<Entry, Filter>,
    private readonly filter: Filter,
    private page: LogPage<Entry>,
  ) {
    this.passed = page.entries.length === 0 ? page.cursor : '';
  }

  async read(): Promise<readonly Entry[]> {
    const { cursor } = this.page;
    this.page = await this.log.read(this.filter, cursor);
    if (this.page.isForgotten) throw forgotten(this.log.name, cursor);
    if (this.page.entries.length === 0) this.passed = this.page.cursor;
    return this.page.entries;
  }

  placeOf({ cursor }: Entry): Place {
    return cursor > this.passed ? 'next' : 'seen';
  }

  pass({ cursor }: Entry): void {
    this.passed = cursor;
  }
}

function tooSlow(name: string): IotError {
  return new IotError(
    'Throttling',
    `The subscription to ${name} was ended: more than ${LIMITS.items} waited for its client. Read faster, filter more, or go on from the cursor of the last one that came`,
    { details: { waiting: LIMITS.items } },
  );
}

function forgotten(name: string, cursor: string): IotError {
  return new IotError(
    'ResourceNotFound',
    `What is kept of ${name} does not reach back to ${cursor}: read how things are, then subscribe without a cursor`,
    { details: { field: 'after' } },
  );
}

function missed(name: string): IotError {
  return new IotError(
    'ServiceUnavailable',
    `Some ${name} were forgotten before they could be told here: read how things are, then subscribe again`,
  );
}
