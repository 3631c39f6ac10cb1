import type { CompiledTopicRule } from '../topic-rules/compile-topic-rule.js';

/** The lane of a rule. Its muted version has one of its own, and takes neither places nor time from the live one. */
export function laneOf({ ruleName, isMuted }: Pick<CompiledTopicRule, 'ruleName' | 'isMuted'>): string {
  return isMuted ? `${ruleName} (muted)` : ruleName;
}

/** How much may be in flight. */
export interface LaneLimits {
  readonly total: number;
  readonly perRule: number;
}

/**
 * Counts what is in flight, in total and for each rule, and says who may start. A rule whose destination is slow fills
 * its own lane and leaves the others alone. The fuller the process is, the fewer places each rule may have (dynamic
 * thresholds, as switches share their buffers), so that many slow destinations do not take all of them together.
 */
export class Lanes {
  private readonly inFlight = new Map<string, number>();
  private total = 0;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly limits: LaneLimits) {}

  /** What is in flight, for one rule or in total. */
  count(ruleName?: string): number {
    return ruleName === undefined ? this.total : (this.inFlight.get(ruleName) ?? 0);
  }

  /** Whether the process as a whole can take more. */
  get hasRoom(): boolean {
    return this.total < this.limits.total;
  }

  /** Takes a place if there is one for this rule; answers whether there was. */
  enter(ruleName: string): boolean {
    if (!this.hasRoom || this.count(ruleName) >= this.threshold) return false;
    this.forceEnter(ruleName);
    return true;
  }

  /** Takes a place for something that has to be done now, such as an entry that is claimed already. */
  forceEnter(ruleName: string): void {
    this.total++;
    this.inFlight.set(ruleName, this.count(ruleName) + 1);
  }

  /** Gives a place back; answers whether the rule, or the process, has just become ready to take entries again. */
  leave(ruleName: string): boolean {
    const wasReady = this.isHalfEmpty(ruleName);
    this.total--;
    const left = this.count(ruleName) - 1;
    if (left === 0) this.inFlight.delete(ruleName);
    else this.inFlight.set(ruleName, left);
    if (this.hasRoom) this.wake();
    return (!wasReady && this.isHalfEmpty(ruleName)) || this.total === Math.floor(this.limits.total / 2);
  }

  /** Whether a rule has worked off enough to take entries of the inbox again. */
  isHalfEmpty(ruleName: string): boolean {
    return this.count(ruleName) < this.threshold / 2;
  }

  /** The rules that have not. */
  busyRules(): string[] {
    return [...this.inFlight.keys()].filter((ruleName) => !this.isHalfEmpty(ruleName));
  }

  /** Resolves when there is room, or `mostMs` later. */
  async waitForRoom(mostMs: number): Promise<void> {
    if (this.hasRoom) return;
    await new Promise<void>((resolve) => {
      const resume = () => {
        clearTimeout(timer);
        this.waiting.delete(resume);
        resolve();
      };
      const timer = setTimeout(resume, mostMs);
      this.waiting.add(resume);
    });
  }

  /** How many places one rule may have at present. */
  private get threshold(): number {
    const { total, perRule } = this.limits;
    return (perRule * (total - this.total)) / total;
  }

  private wake(): void {
    for (const resume of [...this.waiting]) resume();
  }
}
