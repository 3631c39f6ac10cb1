/** A place that acknowledged messages must reach. */
export interface MessageSink {
  readonly name: string;
  /** Those of the numbers that are not there. */
  missing(numbers: ReadonlySet<number>): Promise<number[]>;
  /** How many came more than once, since the last call. */
  takeDuplicates(): Promise<number>;
}

/** Messages that a subscriber was given. */
export class ReceivedNumbers implements MessageSink {
  readonly #received = new Set<number>();
  #duplicates = 0;

  constructor(readonly name: string) {}

  receive(n: number): void {
    if (this.#received.has(n)) this.#duplicates++;
    this.#received.add(n);
  }

  missing(numbers: ReadonlySet<number>): Promise<number[]> {
    return Promise.resolve([...numbers].filter((n) => !this.#received.has(n)));
  }

  takeDuplicates(): Promise<number> {
    const duplicates = this.#duplicates;
    this.#duplicates = 0;
    return Promise.resolve(duplicates);
  }
}
