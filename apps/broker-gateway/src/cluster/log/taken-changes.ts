/** How long a node is waited for that does not say anything, in milliseconds: by then it is as good as dead. */
const PATIENCE_MS = 2_000;

interface Waiting {
  readonly number: number;
  readonly nodes: Set<string>;
  readonly done: () => void;
}

/**
 * How far the other nodes have followed the log. Who subscribes at one node and has its SUBACK gets what is published at any
 * other from then on, so the SUBACK waits until all have taken the change.
 */
export class TakenChanges {
  private readonly taken = new Map<string, number>();
  private readonly waiting = new Set<Waiting>();

  /** @param patienceMs how long {@link TakenChanges.by} waits at most */
  constructor(private readonly patienceMs = PATIENCE_MS) {}

  /** A node has taken all changes up to a number. */
  note(nodeId: string, number: number): void {
    if (number <= (this.taken.get(nodeId) ?? 0)) return;
    this.taken.set(nodeId, number);
    for (const one of [...this.waiting]) if (one.number <= number) this.release(one, nodeId);
  }

  /** A node is gone: nobody publishes there. */
  forget(nodeId: string): void {
    this.taken.delete(nodeId);
    for (const one of [...this.waiting]) this.release(one, nodeId);
  }

  /** Resolves when these nodes have taken a change, or are gone, or were waited for long enough. */
  by(number: number, nodeIds: readonly string[]): Promise<void> {
    const nodes = new Set(nodeIds.filter((nodeId) => (this.taken.get(nodeId) ?? 0) < number));
    if (nodes.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const patience = setTimeout(() => one.done(), this.patienceMs);
      const one: Waiting = {
        number,
        nodes,
        done: () => {
          clearTimeout(patience);
          this.waiting.delete(one);
          resolve();
        },
      };
      this.waiting.add(one);
    });
  }

  private release(one: Waiting, nodeId: string): void {
    if (one.nodes.delete(nodeId) && one.nodes.size === 0) one.done();
  }
}
