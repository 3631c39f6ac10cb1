/** What was published, what of it was acknowledged, and what waits for its acknowledgement since when. */
export class MessageLedger {
  #next = 0;
  readonly #unacknowledged = new Map<number, number>();
  readonly #acknowledged = new Set<number>();
  readonly #unsettled = new Set<number>();

  /** The number of another message. */
  begin(): number {
    const n = this.#next++;
    this.#unacknowledged.set(n, performance.now());
    return n;
  }

  acknowledge(n: number): void {
    this.#unacknowledged.delete(n);
    this.#acknowledged.add(n);
    this.#unsettled.add(n);
  }

  /** The broker said no: nobody has promised anything. */
  refuse(n: number): void {
    this.#unacknowledged.delete(n);
  }

  get inFlight(): number {
    return this.#unacknowledged.size;
  }

  /** How many of what was published before that moment wait still. */
  inFlightSince(moment: number): number {
    return [...this.#unacknowledged.values()].filter((at) => at < moment).length;
  }

  get acknowledgedCount(): number {
    return this.#acknowledged.size;
  }

  /** All that was ever acknowledged. */
  acknowledged(): ReadonlySet<number> {
    return this.#acknowledged;
  }

  /** What is acknowledged by now and was not seen everywhere yet. */
  unsettled(): ReadonlySet<number> {
    return new Set(this.#unsettled);
  }

  /** These were seen everywhere. */
  settle(numbers: ReadonlySet<number>): void {
    for (const n of numbers) this.#unsettled.delete(n);
  }
}
