import { parseSharedSubscription } from '#thingcore/topics';
import type { InterestChange } from './log/cluster-change.js';

/**
 * What the connections of this node want, counted, so that others are told only when the first comes to want something
 * and when the last does no more.
 */
export class ConnectionInterests {
  private readonly connections = new Map<object, Set<string>>();
  private readonly counts = new Map<string, number>();
  private readonly announced = new Map<string, number>();
  private readonly touched = new Set<string>();

  /** @param changed called when {@link takeChange} may have something to say, again only after it was called */
  constructor(private readonly changed: () => void) {}

  /** A connection wants what a filter matches. */
  add(connection: object, filter: string): void {
    let filters = this.connections.get(connection);
    if (filters === undefined) this.connections.set(connection, (filters = new Set()));
    if (filters.has(filter)) return;
    filters.add(filter);
    this.count(filter, 1);
  }

  /** A connection does not want it any more. */
  remove(connection: object, filter: string): void {
    if (this.connections.get(connection)?.delete(filter) === true) this.count(filter, -1);
  }

  /** A connection wants nothing any more. */
  removeAll(connection: object): void {
    const filters = this.connections.get(connection) ?? [];
    this.connections.delete(connection);
    for (const filter of filters) this.count(filter, -1);
  }

  /** What changed since the last call; `undefined` when nothing did. */
  takeChange(): InterestChange | undefined {
    const filters: [string, boolean][] = [];
    const groups: [string, number][] = [];
    for (const filter of this.touched) {
      const count = this.counts.get(filter) ?? 0;
      const before = this.announced.get(filter) ?? 0;
      if (count > 0) this.announced.set(filter, count);
      else this.announced.delete(filter);
      if (parseSharedSubscription(filter) !== undefined) {
        if (count !== before) groups.push([filter, count]);
      } else if (count > 0 !== before > 0) {
        filters.push([filter, count > 0]);
      }
    }
    this.touched.clear();
    if (filters.length + groups.length === 0) return undefined;
    return { filters: Object.fromEntries(filters), groups: Object.fromEntries(groups) };
  }

  /** The others know nothing of it any more: {@link takeChange} tells everything. */
  forgetAnnounced(): void {
    this.announced.clear();
    for (const filter of this.counts.keys()) this.touch(filter);
  }

  private count(filter: string, difference: 1 | -1): void {
    const count = (this.counts.get(filter) ?? 0) + difference;
    if (count > 0) this.counts.set(filter, count);
    else this.counts.delete(filter);
    this.touch(filter);
  }

  private touch(filter: string): void {
    if (this.touched.size === 0) this.changed();
    this.touched.add(filter);
  }
}
