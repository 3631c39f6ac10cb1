/** The values of a statement; each is written as its number. */
export class SqlParameters {
  readonly values: unknown[] = [];

  /** Adds a value and answers how the statement names it. */
  add(value: unknown): string {
    return `$${this.values.push(value)}`;
  }
}
