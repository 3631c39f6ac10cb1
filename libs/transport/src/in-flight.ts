/** Counts work under way so that a stop can wait for it and a reader can wait for room. */
export class InFlight {
  #count = 0;
  #waiting: { below: number; resume: () => void }[] = [];

  /** How much is under way. */
  get count(): number {
    return this.#count;
  }

  /** One more piece of work has begun. */
  begin(): void {
    this.#count++;
  }

  /** One piece of work has ended, well or not. */
  end(): void {
    this.#count--;
    if (this.#waiting.length === 0) return;
    const ready = this.#waiting.filter(({ below }) => this.#count < below);
    this.#waiting = this.#waiting.filter(({ below }) => this.#count >= below);
    for (const { resume } of ready) resume();
  }

  /** Resolves when fewer than `below` pieces are under way. */
  async until(below: number): Promise<void> {
    if (this.#count < below) return;
    await new Promise<void>((resume) => this.#waiting.push({ below, resume }));
  }

  /** Resolves with true when nothing is under way any more, with false after `graceMs` milliseconds. */
  async drained(graceMs: number): Promise<boolean> {
    if (this.#count === 0) return true;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), graceMs);
    });
    const done = await Promise.race([this.until(1).then(() => true), late]);
    clearTimeout(timer);
    return done;
  }
}
