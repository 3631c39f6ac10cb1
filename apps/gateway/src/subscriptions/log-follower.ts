/** What stands in a log: its cursors compare as texts do. */
export interface LogEntry {
  readonly cursor: string;
}

/** A part of a log. */
export interface LogPage<Entry extends LogEntry> {
  readonly entries: readonly Entry[];
  /** Where to go on. */
  readonly cursor: string;
  /** Whether the log does not reach back to where it was read from. */
  readonly isForgotten: boolean;
}

/** What a follower reads, and whom it tells. */
export interface FollowedLog<Entry extends LogEntry> {
  /** The entries behind a cursor; without one none, and the cursor of now. */
  read(after: string | undefined): Promise<LogPage<Entry>>;
  /** There is more, in the order of the log. */
  tell(entries: readonly Entry[]): void;
  /** Entries were forgotten before they were read. */
  lose(): void;
  /** The log could not be read and is tried again. */
  fail(error: unknown): void;
}

/** How often a log is looked at whose news may have been lost, in milliseconds. */
const LOOK_MS = 1_000;

/**
 * Reads a log from now on, as long as somebody wants to know, for all of them together. News of the log only wake it: what
 * it tells is what the log says, in its order and each once, whatever news got lost or overtook each other.
 */
export class LogFollower<Entry extends LogEntry> {
  #members = 0;
  #begun: Promise<string> | undefined;
  #cursor = '';
  #isAwake = false;
  #isRunning = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly log: FollowedLog<Entry>) {}

  /** One more wants to know. Resolves when everything that is stored from then on will be told. */
  async join(): Promise<void> {
    this.#members++;
    await (this.#begun ??= this.#begin());
  }

  /** One of those does not want to know any more. */
  leave(): void {
    if (--this.#members > 0) return;
    this.#begun = undefined;
    clearInterval(this.#timer);
  }

  /** There may be more in the log. */
  wake(): void {
    if (this.#members === 0) return;
    this.#isAwake = true;
    if (!this.#isRunning) void this.#run();
  }

  async #begin(): Promise<string> {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.wake(), LOOK_MS).unref();
    try {
      const { cursor } = await this.log.read(undefined);
      this.#cursor = cursor;
      return cursor;
    } catch (error) {
      this.#begun = undefined;
      throw error;
    }
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      while (this.#isAwake && this.#begun !== undefined) {
        this.#isAwake = false;
        await this.#readOn(this.#begun);
      }
    } catch (error) {
      // The next look goes on from where this one was.
      this.log.fail(error);
    } finally {
      this.#isRunning = false;
    }
  }

  async #readOn(begun: Promise<string>): Promise<void> {
    await begun;
    for (;;) {
      const page = await this.log.read(this.#cursor);
      // Everybody may have left meanwhile, and others come, who begin at another place.
      if (this.#begun !== begun) return;
      this.#cursor = page.cursor;
      if (page.isForgotten) this.log.lose();
      if (page.entries.length === 0) return;
      this.log.tell(page.entries);
    }
  }
}
