/** How many keys one call may carry: what the contracts that take many names allow. */
const MAX_KEYS = 1_000;

interface Waiting<Value> {
  readonly answer: Promise<Value | undefined>;
  readonly resolve: (value: Value | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Turns the loads of one turn of the event loop into one call. It remembers nothing beyond that: a mutation followed
 * by a look sees what the mutation did.
 */
export class BatchLoader<Value> {
  readonly #loadMany: (keys: string[]) => Promise<ReadonlyMap<string, Value>>;
  #waiting = new Map<string, Waiting<Value>>();

  /** @param loadMany answers what exists of the keys; it gets each key once and at most a thousand */
  constructor(loadMany: (keys: string[]) => Promise<ReadonlyMap<string, Value>>) {
    this.#loadMany = loadMany;
  }

  /** The value of a key, undefined when there is none. Rejects as the call does. */
  load(key: string): Promise<Value | undefined> {
    const known = this.#waiting.get(key);
    if (known) return known.answer;
    if (this.#waiting.size === 0) {
      // The resolvers of one level run in promises of this turn; the tick comes after all of them.
      void Promise.resolve().then(() => process.nextTick(() => this.#flush()));
    }
    const waiting = waitingFor<Value>();
    this.#waiting.set(key, waiting);
    return waiting.answer;
  }

  #flush(): void {
    const entries = [...this.#waiting];
    this.#waiting = new Map();
    for (let start = 0; start < entries.length; start += MAX_KEYS) {
      void this.#settle(entries.slice(start, start + MAX_KEYS));
    }
  }

  async #settle(entries: [key: string, waiting: Waiting<Value>][]): Promise<void> {
    try {
      const values = await this.#loadMany(entries.map(([key]) => key));
      for (const [key, { resolve }] of entries) resolve(values.get(key));
    } catch (error) {
      for (const [, { reject }] of entries) reject(error);
    }
  }
}

function waitingFor<Value>(): Waiting<Value> {
  let resolve: Waiting<Value>['resolve'] = () => undefined;
  let reject: Waiting<Value>['reject'] = () => undefined;
  const answer = new Promise<Value | undefined>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { answer, resolve, reject };
}
