import { Injectable } from '@nestjs/common';
import { ShadowStore } from '../store/shadow.store.js';

const BLOCK = 1_024;

/** Identifiers for changes: no two replicas ever make the same. */
@Injectable()
export class ChangeIds {
  private next = 0;
  private end = 0;
  private taking: Promise<void> | undefined;

  constructor(private readonly store: ShadowStore) {}

  /** So many fresh identifiers, each greater than the one before. */
  async take(count: number): Promise<number[]> {
    const ids: number[] = [];
    for (;;) {
      while (ids.length < count && this.next < this.end) ids.push(this.next++);
      if (ids.length === count) return ids;
      // Identifiers taken before the wait stay the caller's; batches that wait together share one block.
      await (this.taking ??= this.takeBlock().finally(() => (this.taking = undefined)));
    }
  }

  private async takeBlock(): Promise<void> {
    const first = await this.store.takeChangeIds();
    this.next = first;
    this.end = first + BLOCK;
  }
}
