import { Injectable } from '@nestjs/common';
import { type ThingRecord, ThingStore } from './thing.store.js';

/** Statements under way at a time; what is asked for meanwhile gathers for the next. */
const LANES = 2;

/** How many names one statement asks for, unless a single caller asks for more. */
const NAMES_PER_STATEMENT = 1_000;

interface Waiting {
  readonly names: readonly string[];
  readonly resolve: (things: ThingRecord[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads things by name, those of many callers with one statement: sending a statement takes longer than reading a thing
 * does. Every statement is sent after its callers have asked, so that each sees what was stored before.
 */
@Injectable()
export class ThingReader {
  private waiting: Waiting[] = [];
  private lanes = 0;
  private isWaking = false;

  constructor(private readonly store: ThingStore) {}

  /** The things of these names, those that exist, in the order of their names. Rejects as the store does. */
  read(names: readonly string[]): Promise<ThingRecord[]> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ names, resolve, reject });
      this.wake();
    });
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
    if (this.waiting.length > 0) this.wake();
    await this.settle(batch);
    this.lanes--;
    if (this.waiting.length > 0) this.wake();
  }

  private take(): Waiting[] {
    let count = 0;
    const end = this.waiting.findIndex(({ names }, index) => {
      count += names.length;
      return index > 0 && count > NAMES_PER_STATEMENT;
    });
    return this.waiting.splice(0, end === -1 ? this.waiting.length : end);
  }

  private async settle(batch: readonly Waiting[]): Promise<void> {
    try {
      const things = await this.store.findMany([...new Set(batch.flatMap(({ names }) => names))]);
      const byName = new Map(things.map((thing, place) => [thing.thingName, { thing, place }]));
      for (const { names, resolve } of batch) {
        const found = [...new Set(names)].flatMap((name) => byName.get(name) ?? []);
        resolve(found.sort((one, other) => one.place - other.place).map(({ thing }) => thing));
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
