/** Whether something a process depends on is there. Resolves when it is, rejects with the reason when not. */
export type ReadinessCheck = () => Promise<void>;

/** How long a dependency may take to answer, in milliseconds: one that hangs is as good as away. */
const CHECK_LIMIT_MS = 2_000;

/** What a process needs before it can serve, by name. */
export class Readiness {
  private readonly checks = new Map<string, ReadinessCheck>();

  /** Adds a dependency under a name that an operator understands, such as `postgresql`. */
  add(name: string, check: ReadinessCheck): void {
    this.checks.set(name, check);
  }

  /** Asks all dependencies at once; the answer holds the reason for each that is missing. */
  async check(): Promise<{ ready: boolean; missing: Record<string, string> }> {
    const missing: Record<string, string> = {};
    await Promise.all(
      [...this.checks].map(async ([name, check]) => {
        try {
          await answered(check());
        } catch (error) {
          missing[name] = error instanceof Error ? error.message : String(error);
        }
      }),
    );
    return { ready: Object.keys(missing).length === 0, missing };
  }
}

/** The outcome of asking a dependency, or a rejection when it takes too long. For all that is asked from outside. */
export function answered<T>(check: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${CHECK_LIMIT_MS} ms`)), CHECK_LIMIT_MS);
    check.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
