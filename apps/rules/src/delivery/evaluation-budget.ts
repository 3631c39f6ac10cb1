/** How much of the time the statements of one rule may take: a quarter of a processor. */
const SHARE = 0.25;
/** What a rule may take at once, in milliseconds; above it the rule waits until half of that is left. */
const CAPACITY_MS = 500;

interface Account {
  /** Milliseconds taken and not yet forgiven. */
  level: number;
  at: number;
  isSpent: boolean;
}

/**
 * Keeps rules whose SQL is expensive from stalling the process. One evaluation ends by the bounds of the SQL library; a
 * rule that reaches them with every message would still take all the time there is, so its share of it is bounded here.
 */
export class EvaluationBudget {
  private readonly accounts = new Map<string, Account>();

  /** @param now milliseconds of a clock that never goes back */
  constructor(private readonly now: () => number) {}

  /** Counts time that the statement of a rule took. Its muted version goes by a name of its own. */
  charge(ruleName: string, ms: number): void {
    const account = this.accounts.get(ruleName) ?? { level: 0, at: this.now(), isSpent: false };
    this.drain(account);
    account.level += ms;
    account.isSpent ||= account.level > CAPACITY_MS;
    this.accounts.set(ruleName, account);
  }

  /** Whether the rule has to wait. */
  isSpent(ruleName: string): boolean {
    if (this.accounts.size === 0) return false;
    const account = this.accounts.get(ruleName);
    if (account === undefined) return false;
    this.drain(account);
    if (account.level === 0) this.accounts.delete(ruleName);
    return account.isSpent;
  }

  /** The rules that have to wait. */
  get spent(): string[] {
    return [...this.accounts.keys()].filter((ruleName) => this.isSpent(ruleName));
  }

  /** Milliseconds until the first of them need not wait any more; undefined when none does. */
  get nextFreeInMs(): number | undefined {
    const waits = this.spent.map((ruleName) => ((this.accounts.get(ruleName)?.level ?? 0) - CAPACITY_MS / 2) / SHARE);
    return waits.length === 0 ? undefined : Math.max(1, Math.ceil(Math.min(...waits)));
  }

  private drain(account: Account): void {
    const now = this.now();
    account.level = Math.max(0, account.level - (now - account.at) * SHARE);
    account.at = now;
    if (account.level <= CAPACITY_MS / 2) account.isSpent = false;
  }
}
