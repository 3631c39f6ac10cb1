/** Looks up many keys at once; what does not exist is left out. */
export type LoadMany<Value> = (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>;

interface Asked<Value> {
  readonly resolve: (value: Value | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Gathers the look-ups of one turn of the event loop into one question, and asks for equal keys once. */
export class LookupBatch<Value> {
  private asked = new Map<string, Asked<Value>[]>();

  constructor(
    private readonly load: LoadMany<Value>,
    private readonly maxKeys: number,
  ) {}

  /** The value of a key, undefined when there is none; rejects as the question does. */
  get(key: string): Promise<Value | undefined> {
    return new Promise((resolve, reject) => {
      if (this.asked.size === 0) setImmediate(() => void this.ask());
      const waiting = this.asked.get(key);
      if (waiting === undefined) this.asked.set(key, [{ resolve, reject }]);
      else waiting.push({ resolve, reject });
    });
  }

  private async ask(): Promise<void> {
    const all = [...this.asked];
    this.asked = new Map();
    const questions: Promise<void>[] = [];
    for (let from = 0; from < all.length; from += this.maxKeys) {
      questions.push(this.answer(all.slice(from, from + this.maxKeys)));
    }
    await Promise.all(questions);
  }

  private async answer(asked: readonly (readonly [string, Asked<Value>[]])[]): Promise<void> {
    try {
      const found = await this.load(asked.map(([key]) => key));
      for (const [key, waiting] of asked) for (const { resolve } of waiting) resolve(found.get(key));
    } catch (error) {
      for (const [, waiting] of asked) for (const { reject } of waiting) reject(error);
    }
  }
}
