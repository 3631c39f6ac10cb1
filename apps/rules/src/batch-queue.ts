/** Works off a batch. Answers the items that failed with their errors; a rejection fails them all. */
export type BatchWork<Item extends object> = (batch: readonly Item[]) => Promise<ReadonlyMap<Item, unknown>>;

interface Waiting<Item> {
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Gathers items while the batch before them is worked on, so that a busy destination gets few and large batches. */
export class BatchQueue<Item extends object> {
  private waiting: Waiting<Item>[] = [];
  private isRunning = false;

  constructor(
    private readonly work: BatchWork<Item>,
    private readonly maxSize: number,
  ) {}

  /** Adds an item; settles when it has been worked on, with its own outcome. */
  async add(item: Item): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (this.isRunning) return;
      this.isRunning = true;
      // What the same turn of the event loop adds travels with it.
      setImmediate(() => void this.run());
    });
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) await this.settle(this.waiting.splice(0, this.maxSize));
    this.isRunning = false;
  }

  private async settle(batch: readonly Waiting<Item>[]): Promise<void> {
    try {
      const failures = await this.work(batch.map(({ item }) => item));
      for (const { item, resolve, reject } of batch) {
        if (failures.has(item)) reject(failures.get(item));
        else resolve();
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
