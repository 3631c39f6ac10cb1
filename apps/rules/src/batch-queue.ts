/** Works off a batch. Answers the items that failed with their errors; a rejection fails them all. */
export type BatchWork<Item extends object> = (batch: readonly Item[]) => Promise<ReadonlyMap<Item, unknown>>;

interface Waiting<Item> {
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Gathers items while the batches before them are worked on, so that a busy destination gets few and large batches. */
export class BatchQueue<Item extends object> {
  private waiting: Waiting<Item>[] = [];
  private running = 0;
  private isScheduled = false;

  /** @param atATime batches that are worked on at a time; with more than one, items may overtake each other */
  constructor(
    private readonly work: BatchWork<Item>,
    private readonly maxSize: number,
    private readonly atATime = 1,
  ) {}

  /** Whether nothing waits and nothing is worked on. */
  get isIdle(): boolean {
    return this.running === 0 && this.waiting.length === 0;
  }

  /** Adds an item; settles when it has been worked on, with its own outcome. */
  add(item: Item): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (this.isScheduled || this.running >= this.atATime) return;
      this.isScheduled = true;
      // What the same turn of the event loop adds travels with it.
      setImmediate(() => {
        this.isScheduled = false;
        this.begin();
      });
    });
  }

  private begin(): void {
    while (this.running < this.atATime && this.waiting.length > 0) {
      this.running++;
      void this.settle(this.waiting.splice(0, this.maxSize)).then(() => {
        this.running--;
        this.begin();
      });
    }
  }

  private async settle(batch: readonly Waiting<Item>[]): Promise<void> {
    try {
      const failures = await this.work(batch.map(({ item }) => item));
      for (const { item, resolve, reject } of batch) {
        if (failures.size > 0 && failures.has(item)) reject(failures.get(item));
        else resolve();
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
