/** A map that holds a bounded number of entries: a new one takes the place of the one that was not used for longest. */
export class LruMap<K, V> {
  private readonly entries = new Map<K, V>();

  /** @param capacity how many entries it holds, at least 1 */
  constructor(private readonly capacity: number) {}

  /** How many entries it holds. */
  get size(): number {
    return this.entries.size;
  }

  /** The value of a key, which counts as used now. */
  get(key: K): V | undefined {
    const value = this.entries.get(key);
    if (value === undefined) return undefined;
    this.entries.delete(key);
    this.entries.set(key, value);
    return value;
  }

  /** The value of a key; one that is not there is made and kept. */
  getOrMake(key: K, make: () => V): V {
    const known = this.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.set(key, made);
    return made;
  }

  /** Keeps a value, which counts as used now. */
  set(key: K, value: V): void {
    this.entries.delete(key);
    this.entries.set(key, value);
    if (this.entries.size <= this.capacity) return;
    const [oldest] = this.entries.keys();
    if (oldest !== undefined) this.entries.delete(oldest);
  }
}
