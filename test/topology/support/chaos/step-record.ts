import type { Recovered } from './recovery.js';

/** What one step of the chaos test came to. */
export interface StepRecord {
  /** What happened: `SIGKILL of rules 1`. */
  readonly name: string;
  /** At the moment of the disruption: not acknowledged yet, or acknowledged and not in the rule's table yet. */
  readonly inFlight: { readonly publishes: number; readonly updates: number; readonly atRules: number };
  /** During the step. */
  readonly acknowledged: { readonly messages: number; readonly updates: number };
  /** Shadow updates of devices that were answered neither way in time. */
  readonly unanswered: number;
  /** What was acknowledged and is not where it must be, one line each. */
  readonly lost: readonly string[];
  /** What is there, or came, more than once. */
  readonly duplicates: { readonly stored: number; readonly delivered: number; readonly updates: number };
  /** From the disruption to the return of what had gone. */
  readonly awayMs: number;
  /** From that return. */
  readonly recovered: readonly Recovered[];
  /** The longest that all devices, or the application, went without a success. */
  readonly pausesMs: { readonly publish: number; readonly device: number; readonly application: number };
  /** What clients saw, "what ×how often". */
  readonly seen: readonly string[];
  /** Errors that no client should see. */
  readonly unclear: readonly string[];
}

/** The part that needed longest to work again. */
export function slowest({ recovered }: StepRecord): Recovered {
  return recovered.reduce((last, one) => (one.ms > last.ms ? one : last), { name: 'nothing', ms: 0 });
}

const HEADER = [
  'what happened',
  'in flight: publishes, updates, at the rules',
  'acknowledged: messages, updates',
  'lost',
  'twice: rows, deliveries, updates',
  'away',
  'all work again after (slowest)',
  'longest pause: publish, report, GraphQL',
  'what clients saw',
];

/** A Markdown table with a line for each step. */
export function table(records: readonly StepRecord[]): string {
  return [line(HEADER), line(HEADER.map(() => '---')), ...records.map(row)].join('\n');
}

/** The line of a step. */
export function row(record: StepRecord): string {
  const { name, inFlight, acknowledged, lost, duplicates, awayMs, pausesMs, seen } = record;
  const last = slowest(record);
  return line([
    name,
    `${inFlight.publishes}, ${inFlight.updates}, ${inFlight.atRules}`,
    `${acknowledged.messages}, ${acknowledged.updates}`,
    String(lost.length),
    `${duplicates.stored}, ${duplicates.delivered}, ${duplicates.updates}`,
    seconds(awayMs),
    `${seconds(last.ms)} (${last.name})`,
    `${seconds(pausesMs.publish)}, ${seconds(pausesMs.device)}, ${seconds(pausesMs.application)}`,
    seen.join('; ') || 'nothing',
  ]);
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
