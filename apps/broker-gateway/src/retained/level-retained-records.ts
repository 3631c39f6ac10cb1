import type { ClassicLevel } from 'classic-level';
import type { RetainedRecord, RetainedRecords } from './retained-records.js';

/** Retained messages in a database of files. */
export class LevelRetainedRecords implements RetainedRecords {
  private readonly records;
  private turn: Promise<unknown> = Promise.resolve();
  /** Counted when it is needed first, and from then on kept. */
  private count: number | undefined;

  constructor(database: ClassicLevel) {
    this.records = database.sublevel<string, Buffer>('retained-messages', { valueEncoding: 'buffer' });
  }

  get(topic: string): Promise<Buffer | undefined> {
    return this.records.get(topic);
  }

  put(topic: string, bytes: Buffer, most: number): Promise<boolean> {
    return this.alone(async () => {
      const count = await this.size();
      const isNew = !(await this.records.has(topic));
      if (isNew && count >= most) return false;
      await this.records.put(topic, bytes);
      if (isNew) this.count = count + 1;
      return true;
    });
  }

  delete(topic: string): Promise<void> {
    return this.alone(async () => {
      if (await this.records.has(topic)) await this.remove(topic);
    });
  }

  replace(topic: string, bytes: Buffer, by: Buffer | undefined): Promise<void> {
    return this.alone(async () => {
      const kept = await this.records.get(topic);
      if (kept?.equals(bytes) !== true) return;
      if (by === undefined) await this.remove(topic);
      else await this.records.put(topic, by);
    });
  }

  page(from: string, isIncluded: boolean, limit: number): Promise<RetainedRecord[]> {
    return this.records.iterator({ ...(isIncluded ? { gte: from } : { gt: from }), limit }).all();
  }

  private async remove(topic: string): Promise<void> {
    const count = await this.size();
    await this.records.del(topic);
    this.count = count - 1;
  }

  private async size(): Promise<number> {
    if (this.count === undefined) {
      let count = 0;
      for await (const topic of this.records.keys()) count += topic === '' ? 0 : 1;
      this.count = count;
    }
    return this.count;
  }

  /** Looking and then writing is one step here: nothing else writes in between. */
  private alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }
}
