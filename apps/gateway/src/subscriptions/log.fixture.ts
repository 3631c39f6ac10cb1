import type { LogEntry, LogPage } from './log-follower.js';

/** An entry of a test. */
export interface TestEntry extends LogEntry {
  readonly of: string;
}

/** The cursor of the entry with a number. */
export const cursorOf = (number: number): string => String(number).padStart(6, '0');

/** A log of numbered entries that a test writes, and maybe forgets. */
export class TestLog {
  readonly reads: { filter: { of?: string }; after: string | undefined }[] = [];
  failure: Error | undefined;
  private readonly entries: TestEntry[] = [];
  private count = 0;
  private forgotten = 0;

  constructor(private readonly pageSize = 3) {}

  append(...owners: string[]): void {
    for (const of of owners) this.entries.push({ of, cursor: cursorOf(++this.count) });
  }

  /** Forgets all entries up to this number. */
  forget(upTo: number): void {
    this.forgotten = upTo;
  }

  read(filter: { of?: string }, after: string | undefined): Promise<LogPage<TestEntry>> {
    this.reads.push({ filter, after });
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const end = cursorOf(this.count);
    if (after === undefined) return Promise.resolve({ entries: [], cursor: end, isForgotten: false });
    if (Number(after) < this.forgotten) return Promise.resolve({ entries: [], cursor: end, isForgotten: true });
    const found = this.entries.filter(({ cursor, of }) => cursor > after && of === (filter.of ?? of));
    const entries = found.slice(0, this.pageSize);
    const cursor = entries.length < this.pageSize ? end : (entries.at(-1)?.cursor ?? end);
    return Promise.resolve({ entries, cursor, isForgotten: false });
  }
}
