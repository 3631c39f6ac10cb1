import type { LaneStore, StoreWrite } from '../ports/lane-store.js';

interface PendingWrite extends StoreWrite {
  readonly resolve: (positions: readonly number[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Collects what one turn of the event loop writes to and removes from the store, and does it in one call each. */
export class StoreBatch {
  private writes: PendingWrite[] = [];
  private removals = new Map<string, number[]>();
  private isScheduled = false;

  constructor(
    private readonly store: LaneStore,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** Queues a message; resolves when it is safe, with its position for each of the sessions. */
  enqueue(write: StoreWrite): Promise<readonly number[]> {
    this.schedule();
    return new Promise((resolve, reject) => {
      this.writes.push({ ...write, resolve, reject });
    });
  }

  /** Takes a message out of the queue of a session. */
  remove(clientId: string, position: number): void {
    this.schedule();
    const positions = this.removals.get(clientId);
    if (positions === undefined) this.removals.set(clientId, [position]);
    else positions.push(position);
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => this.flush());
  }

  private flush(): void {
    this.isScheduled = false;
    const { writes, removals } = this;
    this.writes = [];
    this.removals = new Map();
    if (writes.length > 0) void this.write(writes);
    if (removals.size > 0) void this.takeOut(removals);
  }

  private async write(writes: readonly PendingWrite[]): Promise<void> {
    try {
      const positions = await this.store.enqueue(writes);
      writes.forEach(({ resolve }, index) => resolve(positions[index] ?? []));
    } catch (error) {
      for (const { reject } of writes) reject(error);
    }
  }

  private async takeOut(removals: ReadonlyMap<string, readonly number[]>): Promise<void> {
    try {
      await this.store.remove([...removals].map(([clientId, positions]) => ({ clientId, positions })));
    } catch (error) {
      this.failed(error);
    }
  }
}
