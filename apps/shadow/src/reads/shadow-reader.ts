import { Injectable } from '@nestjs/common';
import { ShadowCache } from '../shadow-cache.js';
import { ShadowStore } from '../store/shadow.store.js';
import { type ShadowKey, type StoredShadow, textOfKey } from '../store/stored-shadow.js';

/** Statements under way at a time; what comes meanwhile gathers for the next. */
const LANES = 2;

const SHADOWS_PER_STATEMENT = 512;

/** Who waits for a shadow. Callbacks, not a promise: most reads come many in a call, which waits with one promise. */
export interface ReadCallbacks {
  /** Told what is stored, a tombstone included. */
  done(stored: StoredShadow | undefined): void;
  /** Told `ServiceUnavailable` when the database is away. */
  failed(error: unknown): void;
}

interface Waiting {
  readonly key: ShadowKey;
  readonly text: string;
  readonly callers: ReadCallbacks[];
}

/**
 * Reads shadows, many with one statement. PostgreSQL is always asked, since another replica may have changed a shadow;
 * but it sends only what is not in memory already.
 */
@Injectable()
export class ShadowReader {
  private waiting = new Map<string, Waiting>();
  private lanes = 0;
  private isWaking = false;

  constructor(
    private readonly store: ShadowStore,
    private readonly cache: ShadowCache,
  ) {}

  /** What is stored under a key, a tombstone included. Rejects with `ServiceUnavailable` when the database is away. */
  read(key: ShadowKey): Promise<StoredShadow | undefined> {
    return new Promise((resolve, reject) => this.submit(key, { done: resolve, failed: reject }));
  }

  /** {@link read} for callers of many; one of the callbacks is called once. */
  submit(key: ShadowKey, caller: ReadCallbacks): void {
    const text = textOfKey(key);
    const waiting = this.waiting.get(text);
    if (waiting === undefined) {
      this.waiting.set(text, { key, text, callers: [caller] });
      this.wake();
    } else {
      waiting.callers.push(caller);
    }
  }

  private wake(): void {
    if (this.isWaking || this.lanes >= LANES) return;
    this.isWaking = true;
    setImmediate(() => {
      this.isWaking = false;
      void this.run();
    });
  }

  private async run(): Promise<void> {
    this.lanes++;
    const batch = this.take();
    if (this.waiting.size > 0) this.wake();
    await this.settle(batch);
    this.lanes--;
    if (this.waiting.size > 0) this.wake();
  }

  private take(): Waiting[] {
    const batch: Waiting[] = [];
    for (const [text, waiting] of this.waiting) {
      if (batch.length === SHADOWS_PER_STATEMENT) break;
      this.waiting.delete(text);
      batch.push(waiting);
    }
    return batch;
  }

  private async settle(batch: readonly Waiting[]): Promise<void> {
    const requests = batch.map(({ key, text }) => ({ key, known: this.cache.get(text) }));
    let found: (StoredShadow | undefined)[];
    try {
      found = await this.store.read(requests);
    } catch (error) {
      for (const { callers } of batch) for (const caller of callers) caller.failed(error);
      return;
    }
    for (const [index, { text }] of batch.entries()) this.remember(text, requests[index]?.known, found[index]);
    for (const [index, { callers }] of batch.entries()) for (const caller of callers) caller.done(found[index]);
  }

  /** What a writer of this replica has put into the cache since the question was asked is newer than the answer. */
  private remember(text: string, known: StoredShadow | undefined, found: StoredShadow | undefined): void {
    if (found === known || this.cache.peek(text) !== known) return;
    if (found === undefined) this.cache.delete(text);
    else this.cache.set(text, found);
  }
}
