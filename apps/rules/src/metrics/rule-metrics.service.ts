import { Injectable } from '@nestjs/common';
import type { RuleMetrics } from '#thingcore/contracts';
import type { RuleCount } from './rule-count.store.js';
import { RuleCounts } from './rule-counts.js';
import { parseFailureLabel } from './rules-metrics.js';

/** Puts together what was counted for rules. */
@Injectable()
export class RuleMetricsService {
  constructor(private readonly counts: RuleCounts) {}

  async get(ruleNames: readonly string[]): Promise<RuleMetrics[]> {
    const counts = await this.counts.read(ruleNames);
    return ruleNames.map((ruleName) => toMetrics(ruleName, counts.get(ruleName) ?? []));
  }
}

function toMetrics(ruleName: string, counts: readonly RuleCount[]): RuleMetrics {
  const of = (counter: string) => counts.filter((count) => count.counter === counter);
  const sum = (counter: string, label?: string) =>
    of(counter)
      .filter((count) => label === undefined || count.label === label)
      .reduce((total, { value }) => total + value, 0);
  const keys = new Set(
    ['actions_succeeded', 'actions_failed'].flatMap((counter) => of(counter).map(({ label }) => label)),
  );
  return {
    ruleName,
    matched: sum('messages_matched'),
    passed: sum('messages_passed'),
    failed: failures(sum('messages_filtered'), of('evaluations_failed')),
    dropped: sum('messages_dropped'),
    actions: [...keys].sort().map((action) => {
      const [succeeded, failed] = [sum('actions_succeeded', action), sum('actions_failed', action)];
      const averageLatencyMs = (1000 * sum('action_seconds', action)) / (succeeded + failed);
      return { action, succeeded, failed, retried: sum('action_retries', action), averageLatencyMs };
    }),
    errorActions: { succeeded: sum('error_actions', 'success'), failed: sum('error_actions', 'failure') },
    deadLettered: sum('dead_letters'),
    shadow: {
      matched: sum('shadow_messages_matched'),
      passed: sum('shadow_messages_passed'),
      failed: sum('shadow_evaluations_failed'),
      actions: of('shadow_actions').map(({ label, value }) => ({ action: label, muted: value })),
    },
  };
}

function failures(filtered: number, counts: readonly RuleCount[]): RuleMetrics['failed'] {
  const failed: RuleMetrics['failed'] = filtered === 0 ? [] : [{ clause: 'WHERE', reason: 'where', count: filtered }];
  for (const { label, value } of counts) {
    const { reason, clause } = parseFailureLabel(label);
    const known = reason as RuleMetrics['failed'][number]['reason'];
    failed.push({ ...(clause === undefined ? {} : { clause }), reason: known, count: value });
  }
  return failed;
}
