/** Lets a bounded number of pieces of work run at once and the others wait their turn, first come first served. */
export class Slots {
  readonly #limit: number;
  #running = 0;
  readonly #queue: (() => void)[] = [];
  #onRoom: (() => void)[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Runs `work` when it is its turn and returns its outcome. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#limit) await new Promise<void>((resume) => this.#queue.push(resume));
    else this.#running++;
    try {
      return await work();
    } finally {
      this.#release();
    }
  }

  /** Resolves when further work would start at once. */
  async room(): Promise<void> {
    if (this.#running < this.#limit) return;
    await new Promise<void>((resume) => this.#onRoom.push(resume));
  }

  #release(): void {
    const next = this.#queue.shift();
    if (next) {
      next(); // The slot passes on; nobody may take it in between.
      return;
    }
    this.#running--;
    const resume = this.#onRoom;
    this.#onRoom = [];
    for (const waiting of resume) waiting();
  }
}
