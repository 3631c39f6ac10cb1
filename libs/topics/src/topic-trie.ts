import { type MatchOptions } from './matches-filter.js';

/** One level of the filters that hold a wildcard. The keys `+` and `#` of `children` are the wildcards. */
interface Node<T> {
  readonly children: Map<string, Node<T>>;
  /** The values of the filter that ends here. */
  readonly values: Set<T>;
}

/**
 * A set of pairs (topic filter, value) that finds the values for a topic. Filters without a wildcard cost one look-up,
 * however many there are; the others cost what their matching levels cost. Gives the same answers as `matchesFilter`.
 * Filters must be valid (`checkTopicFilter`) and without `$share/<name>/`. Values are compared as keys of a `Set`.
 */
export class TopicTrie<T> {
  private readonly exact = new Map<string, Set<T>>();
  private readonly root: Node<T> = emptyNode();
  private readonly parentMatchesHash: boolean;
  private pairs = 0;

  constructor(options: MatchOptions = {}) {
    this.parentMatchesHash = options.parentMatchesHash === true;
  }

  /** The number of pairs (filter, value). */
  get size(): number {
    return this.pairs;
  }

  /** Adds a pair; `false` when it was there already. */
  add(filter: string, value: T): boolean {
    const values = hasWildcard(filter) ? this.growTo(filter).values : this.exactValues(filter);
    if (values.has(value)) return false;
    values.add(value);
    this.pairs++;
    return true;
  }

  /** Removes a pair; `false` when it was not there. */
  remove(filter: string, value: T): boolean {
    const removed = hasWildcard(filter) ? this.removeWildcard(filter, value) : this.removeExact(filter, value);
    if (removed) this.pairs--;
    return removed;
  }

  /** The values whose filters match the topic, each once, in no particular order. */
  match(topic: string): T[] {
    const found = new Set(this.exact.get(topic));
    if (this.root.children.size > 0) this.collect(topic, found);
    return [...found];
  }

  /** Removes every pair. */
  clear(): void {
    this.exact.clear();
    this.root.children.clear();
    this.pairs = 0;
  }

  /**
   * Walks the levels of the topic with all nodes that still match. A loop and not a recursion: the standard allows
   * 65,536 levels, which would overflow the stack.
   */
  private collect(topic: string, found: Set<T>): void {
    let wildcardsApply = !topic.startsWith('$'); // [MQTT-4.7.2-1], for the first level only
    let nodes = [this.root];
    for (const level of topic.split('/')) {
      const next: Node<T>[] = [];
      for (const { children } of nodes) {
        if (wildcardsApply) {
          addAll(found, children.get('#')?.values);
          pushPresent(next, children.get('+'));
        }
        pushPresent(next, children.get(level));
      }
      if (next.length === 0) return;
      nodes = next;
      wildcardsApply = true;
    }
    for (const { children, values } of nodes) {
      addAll(found, values);
      if (this.parentMatchesHash) addAll(found, children.get('#')?.values); // [MQTT-4.7.1-2]; not so at AWS
    }
  }

  private exactValues(filter: string): Set<T> {
    let values = this.exact.get(filter);
    if (values === undefined) this.exact.set(filter, (values = new Set()));
    return values;
  }

  private growTo(filter: string): Node<T> {
    let node = this.root;
    for (const level of filter.split('/')) {
      let child = node.children.get(level);
      if (child === undefined) node.children.set(level, (child = emptyNode()));
      node = child;
    }
    return node;
  }

  private removeExact(filter: string, value: T): boolean {
    const values = this.exact.get(filter);
    if (values?.delete(value) !== true) return false;
    if (values.size === 0) this.exact.delete(filter);
    return true;
  }

  private removeWildcard(filter: string, value: T): boolean {
    const path: { parent: Node<T>; level: string; node: Node<T> }[] = [];
    let node = this.root;
    for (const level of filter.split('/')) {
      const child = node.children.get(level);
      if (child === undefined) return false;
      path.push({ parent: node, level, node: child });
      node = child;
    }
    if (!node.values.delete(value)) return false;
    for (const step of path.reverse()) {
      if (step.node.values.size > 0 || step.node.children.size > 0) break;
      step.parent.children.delete(step.level);
    }
    return true;
  }
}

function emptyNode<T>(): Node<T> {
  return { children: new Map<string, Node<T>>(), values: new Set<T>() };
}

function hasWildcard(filter: string): boolean {
  return filter.includes('+') || filter.includes('#');
}

function addAll<T>(target: Set<T>, values: Set<T> | undefined): void {
  if (values !== undefined) for (const value of values) target.add(value);
}

function pushPresent<T>(target: T[], item: T | undefined): void {
  if (item !== undefined) target.push(item);
}
