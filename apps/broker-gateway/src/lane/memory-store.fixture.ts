import {
  type LaneStore,
  NOT_QUEUED,
  type StoredMessage,
  type StoreRemoval,
  type StoreWrite,
} from './ports/lane-store.js';

/** Queues of sessions in memory, for tests: as slow, as full and as broken as a test wants them. */
export class MemoryStore implements LaneStore {
  delayMs = 0;
  queueLimit = Number.POSITIVE_INFINITY;
  failure: Error | undefined;
  enqueues = 0;
  private readonly queues = new Map<string, StoredMessage[]>();
  private readonly tails = new Map<string, number>();

  async enqueue(writes: readonly StoreWrite[]): Promise<number[][]> {
    this.enqueues++;
    const { delayMs, failure } = this;
    const positions = failure === undefined ? writes.map((write) => this.queue(write)) : [];
    await this.wait(delayMs);
    if (failure !== undefined) throw failure;
    return positions;
  }

  async read(clientId: string, after: number, limit: number): Promise<StoredMessage[]> {
    await this.wait(this.delayMs);
    return this.messages(clientId)
      .filter(({ position }) => position > after)
      .slice(0, limit);
  }

  async remove(removals: readonly StoreRemoval[]): Promise<void> {
    await this.wait(0);
    for (const { clientId, positions } of removals) {
      const rest = this.messages(clientId).filter(({ position }) => !positions.includes(position));
      this.queues.set(clientId, rest);
    }
  }

  async clear(clientId: string): Promise<void> {
    await this.wait(0);
    this.queues.delete(clientId);
  }

  messages(clientId: string): StoredMessage[] {
    return this.queues.get(clientId) ?? [];
  }

  private queue({ bytes, expiresAt, clientIds }: StoreWrite): number[] {
    return clientIds.map((clientId) => {
      const queue = this.messages(clientId);
      if (queue.length >= this.queueLimit) return NOT_QUEUED;
      const position = (this.tails.get(clientId) ?? 0) + 1;
      this.tails.set(clientId, position);
      this.queues.set(clientId, [...queue, { position, bytes: Buffer.from(bytes), expiresAt }]);
      return position;
    });
  }

  private wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      if (milliseconds === 0) setImmediate(resolve);
      else setTimeout(resolve, milliseconds);
    });
  }
}
