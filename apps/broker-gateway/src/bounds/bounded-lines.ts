/** Work that waits in lines of a bounded length, one for each key: in the order it came, one after the other. */
export class BoundedLines {
  private readonly lines = new Map<string, { waiting: number; tail: Promise<void> }>();

  /** @param length pieces of work of one key that wait or go on, at most */
  constructor(private readonly length: number) {}

  /** How many lines there are. */
  get size(): number {
    return this.lines.size;
  }

  /** Does work when all before it in the line of its key is done. False when the line is full: then it is not done at all. */
  join(key: string, work: () => Promise<void>): boolean {
    const line = this.lines.get(key) ?? { waiting: 0, tail: Promise.resolve() };
    if (line.waiting >= this.length) return false;
    line.waiting++;
    this.lines.set(key, line);
    // What fails has said so itself; what is behind it goes on.
    line.tail = line.tail
      .then(work)
      .catch(() => undefined)
      .finally(() => {
        if (--line.waiting === 0) this.lines.delete(key);
      });
    return true;
  }
}
