/** Works off a batch. Answers the items that failed with their errors; a rejection fails them all. */
export type BatchWork<Item extends object> = (batch: readonly Item[]) => Promise<ReadonlyMap<Item, unknown>>;

/** What was added together; it is not torn apart, so that one promise tells of all of it. */
interface Waiting<Item> {
  readonly items: readonly Item[];
  readonly weight: number;
  readonly settle: (failures: ReadonlyMap<Item, unknown>) => void;
  readonly reject: (error: unknown) => void;
}

/** How much of a batch an item takes. */
export type Weigh<Item> = (item: Item) => number;

/** Gathers items while the batches before them are worked on, so that a busy destination gets few and large batches. */
export class BatchQueue<Item extends object> {
  private waiting: Waiting<Item>[] = [];
  private running = 0;
  private isScheduled = false;

  /**
   * @param atATime batches that are worked on at a time; with more than one, items may overtake each other
   * @param weigh by default each item counts for one of `maxWeight`; one that is heavier than all of it goes alone
   */
  constructor(
    private readonly work: BatchWork<Item>,
    private readonly maxWeight: number,
    private readonly atATime = 1,
    private readonly weigh?: Weigh<Item>,
  ) {}

  /** Whether nothing waits and nothing is worked on. */
  get isIdle(): boolean {
    return this.running === 0 && this.waiting.length === 0;
  }

  /** Adds an item; settles when it has been worked on, with its own outcome. */
  add(item: Item): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const settle = (failures: ReadonlyMap<Item, unknown>) => settleOne(failures, item, resolve, reject);
      this.enqueue({ items: [item], weight: this.weigh?.(item) ?? 1, settle, reject });
    });
  }

  /** Adds items that came together; resolves when they have been worked on, with the errors of those that failed. */
  async addAll(items: readonly Item[]): Promise<ReadonlyMap<Item, unknown>> {
    const chunks = this.split(items);
    const [first] = chunks;
    if (first !== undefined && chunks.length === 1) return this.addChunk(first);
    const failures = await Promise.all(chunks.map((chunk) => this.addChunk(chunk)));
    return new Map(failures.flatMap((failed) => [...failed]));
  }

  private addChunk({ items, weight }: Pick<Waiting<Item>, 'items' | 'weight'>): Promise<ReadonlyMap<Item, unknown>> {
    return new Promise((resolve) => {
      const reject = (error: unknown) => resolve(new Map(items.map((item) => [item, error])));
      const settle = (failures: ReadonlyMap<Item, unknown>) => {
        const failed = failures.size === 0 ? [] : items.filter((item) => failures.has(item));
        resolve(new Map(failed.map((item) => [item, failures.get(item)])));
      };
      this.enqueue({ items, weight, settle, reject });
    });
  }

  /** Parts that fit a batch each. */
  private split(items: readonly Item[]): Pick<Waiting<Item>, 'items' | 'weight'>[] {
    if (this.weigh === undefined && items.length <= this.maxWeight) return [{ items, weight: items.length }];
    const chunks: { items: Item[]; weight: number }[] = [];
    let open: { items: Item[]; weight: number } | undefined;
    for (const item of items) {
      const weight = this.weigh?.(item) ?? 1;
      if (open === undefined || open.weight + weight > this.maxWeight) chunks.push((open = { items: [], weight: 0 }));
      open.items.push(item);
      open.weight += weight;
    }
    return chunks;
  }

  private enqueue(waiting: Waiting<Item>): void {
    this.waiting.push(waiting);
    if (this.isScheduled || this.running >= this.atATime) return;
    this.isScheduled = true;
    // What the same turn of the event loop adds travels with it.
    setImmediate(() => {
      this.isScheduled = false;
      this.begin();
    });
  }

  private begin(): void {
    while (this.running < this.atATime && this.waiting.length > 0) {
      this.running++;
      void this.settle(this.take()).then(() => {
        this.running--;
        this.begin();
      });
    }
  }

  /** As much of what waits as one batch takes, at least what came first. */
  private take(): Waiting<Item>[] {
    let [count, taken] = [0, 0];
    for (const { weight } of this.waiting) {
      if (count > 0 && taken + weight > this.maxWeight) break;
      taken += weight;
      count++;
    }
    return this.waiting.splice(0, count);
  }

  private async settle(batch: readonly Waiting<Item>[]): Promise<void> {
    try {
      const failures = await this.work(batch.length === 1 ? batch[0]!.items : batch.flatMap(({ items }) => items));
      for (const { settle } of batch) settle(failures);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

function settleOne<Item>(
  failures: ReadonlyMap<Item, unknown>,
  item: Item,
  resolve: () => void,
  reject: (error: unknown) => void,
): void {
  if (failures.size > 0 && failures.has(item)) reject(failures.get(item));
  else resolve();
}
