/** Items for one destination that travel together. */
export interface Batch<Item> {
  readonly destination: string;
  readonly items: Item[];
}

/** How large a batch may become; one item alone may be larger. */
export interface BatchLimits {
  readonly items: number;
  readonly chars: number;
}

/**
 * Collects what one turn of the event loop produces per destination. A command to Redis costs the same with one
 * message or fifty in it, so the cost per message falls with the load while a message alone waits for nobody. A batch
 * that is full leaves at once: the other side begins while this one still collects.
 */
export class TickBatcher<Item> {
  readonly #limits: BatchLimits;
  readonly #send: (batches: Batch<Item>[]) => void;
  readonly #open = new Map<string, { batch: Batch<Item>; chars: number }>();
  #isScheduled = false;

  /** `send` gets the batches, those of one destination oldest first; it must not throw. */
  constructor(limits: BatchLimits, send: (batches: Batch<Item>[]) => void) {
    this.#limits = limits;
    this.#send = send;
  }

  /** Adds an item of about `chars` characters and returns the batch it travels in. */
  add(destination: string, item: Item, chars: number): Batch<Item> {
    let open = this.#open.get(destination);
    if (open && open.chars + chars > this.#limits.chars) {
      this.#send([open.batch]);
      open = undefined;
    }
    if (!open) {
      open = { batch: { destination, items: [] }, chars: 0 };
      this.#open.set(destination, open);
    }
    const { batch } = open;
    batch.items.push(item);
    open.chars += chars;
    if (batch.items.length >= this.#limits.items || open.chars >= this.#limits.chars) {
      this.#open.delete(destination);
      this.#send([batch]);
    } else if (!this.#isScheduled) {
      this.#isScheduled = true;
      setImmediate(() => this.flush());
    }
    return batch;
  }

  /** Sends what was collected without waiting for the turn to end. */
  flush(): void {
    this.#isScheduled = false;
    if (this.#open.size === 0) return;
    const batches = [...this.#open.values()].map(({ batch }) => batch);
    this.#open.clear();
    this.#send(batches);
  }
}
