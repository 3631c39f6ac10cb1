import { Counter, type Registry } from 'prom-client';

/** What a counter was raised by for one rule and one value of its second label. */
export interface Raised {
  readonly rule: string;
  /** Empty for a counter without a second label. */
  readonly label: string;
  readonly by: number;
}

/**
 * A counter of rules. Raising it costs two look-ups; the counter of Prometheus and whoever else wants to know is told
 * when it {@link settle}s, at the latest at a scrape.
 */
export class RuleCounter<Label extends string> {
  private readonly pending = new Map<string, Map<string, number>>();
  private readonly counter: Counter;
  private readonly second: Label | undefined;

  /**
   * @param second the label beside `rule`, if there is one
   * @param told gets what was raised, at each settlement
   */
  constructor(
    readonly name: string,
    description: { help: string; registry: Registry; second?: Label | undefined },
    private readonly told: (counter: string, raised: Raised) => void,
  ) {
    this.second = description.second;
    this.counter = new Counter({
      name: `thingcore_rules_${name}_total`,
      help: description.help,
      labelNames: this.second === undefined ? ['rule'] : ['rule', this.second],
      registers: [description.registry],
      collect: () => this.settle(),
    });
  }

  /** Raises it for a rule. */
  inc(labels: { readonly rule: string } & { readonly [L in Label]: string }, by = 1): void {
    const label = this.second === undefined ? '' : labels[this.second];
    const ofRule = this.pending.get(labels.rule);
    if (ofRule === undefined) this.pending.set(labels.rule, new Map([[label, by]]));
    else ofRule.set(label, (ofRule.get(label) ?? 0) + by);
  }

  /** Passes on by what it was raised since the last time. */
  settle(): void {
    for (const [rule, labels] of this.pending) {
      for (const [label, by] of labels) {
        this.counter.inc(this.second === undefined ? { rule } : { rule, [this.second]: label }, by);
        this.told(this.name, { rule, label, by });
      }
    }
    this.pending.clear();
  }
}
