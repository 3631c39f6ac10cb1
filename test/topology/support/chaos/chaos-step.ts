import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '#thingcore/testing';
import { type Canary, canaries } from './canaries.js';
import type { ChaosCluster } from './chaos-cluster.js';
import type { ChaosFleet } from './chaos-fleet.js';
import type { Disruption } from './disruptions.js';
import { untilRecovered } from './recovery.js';
import type { StepRecord } from './step-record.js';

/** After the recovery: what was acknowledged has this long to arrive everywhere. */
const SETTLED_WITHIN_MS = 60_000;

/** How a step is done. */
export interface StepOptions {
  /** The load goes on for so long at least, counted from the disruption. */
  readonly seconds: number;
  /** For a canary that does not succeed, before the step is given up. */
  readonly recoveryLimitMs: number;
}

/** Disrupts the cluster under load, waits until everything works again, and takes stock. */
export async function runStep(
  cluster: ChaosCluster,
  fleet: ChaosFleet,
  disruption: Disruption,
  { seconds, recoveryLimitMs }: StepOptions,
): Promise<StepRecord> {
  const { messages, shadows } = fleet;
  const before = { messages: messages.acknowledgedCount, updates: shadows.acceptedCount, mute: shadows.unanswered };
  await fleet.sleeper.sleep();
  forgetPauses(fleet);
  const inFlight = await takeInFlight(fleet);
  const startedAt = performance.now();
  // It comes back also when the step fails: the steps after it tell something then.
  await disruption.run(cluster).finally(() => fleet.sleeper.wake());
  const returnedAt = performance.now();
  const watched = [...canaries({ cluster, apiKey: fleet.apiKey, certificate: fleet.canary, table: fleet.table })];
  const recovered = await untilRecovered([...watched, ...served(fleet, returnedAt)], returnedAt, recoveryLimitMs);
  await sleep(Math.max(0, startedAt + seconds * 1000 - performance.now()));
  const lost = await settle(fleet);
  const duplicates = await Promise.all(fleet.sinks.map((sink) => sink.takeDuplicates()));
  return {
    name: disruption.name,
    inFlight,
    acknowledged: {
      messages: messages.acknowledgedCount - before.messages,
      updates: shadows.acceptedCount - before.updates,
    },
    unanswered: shadows.unanswered - before.mute,
    lost,
    duplicates: {
      stored: duplicates[0] ?? 0,
      delivered: duplicates.slice(1).reduce((sum, count) => sum + count, 0),
      updates: fleet.audit.takeDuplicates(),
    },
    awayMs: returnedAt - startedAt,
    recovered,
    pausesMs: {
      publish: fleet.messageLoad.pauses.take(),
      device: fleet.shadowLoad.devicePauses.take(),
      application: fleet.shadowLoad.applicationPauses.take(),
    },
    seen: fleet.errors.take(),
    unclear: fleet.errors.unclear.splice(0),
  };
}

function forgetPauses({ messageLoad, shadowLoad, errors }: ChaosFleet): void {
  for (const pauses of [messageLoad.pauses, shadowLoad.devicePauses, shadowLoad.applicationPauses]) pauses.take();
  errors.take();
}

async function takeInFlight({ messages, shadows, sinks }: ChaosFleet): Promise<StepRecord['inFlight']> {
  const unsettled = messages.unsettled();
  const [table] = sinks;
  const atRules = (await table?.missing(unsettled))?.length ?? 0;
  return { publishes: messages.inFlight, updates: shadows.inFlight, atRules };
}

/** The fleet itself is a canary: nothing that was begun before the return may wait, and what is new must be answered. */
function served({ messages, messageLoad, shadowLoad }: ChaosFleet, returnedAt: number): Canary[] {
  return [
    {
      name: 'devices that publish',
      attempt: async () => {
        const waiting = messages.inFlightSince(returnedAt);
        if (waiting > 0 || messageLoad.pauses.lastAt < returnedAt) throw new Error(`${waiting} publishes wait`);
      },
    },
    {
      name: 'devices that report',
      attempt: async () => {
        if (shadowLoad.devicePauses.lastAt < returnedAt) throw new Error('no report was accepted');
      },
    },
    {
      name: 'the application',
      attempt: async () => {
        if (shadowLoad.applicationPauses.lastAt < returnedAt) throw new Error('no update was accepted');
      },
    },
  ];
}

/** Waits until all that is acknowledged now has arrived everywhere; answers what has not. */
export async function settle({ messages, shadows, sinks, audit }: ChaosFleet): Promise<string[]> {
  const acknowledged = messages.unsettled();
  const lost = await audit.check(shadows.takeAccepted());
  for (const sink of sinks) {
    let missing: number[] = [];
    const isThere = async () => (missing = await sink.missing(acknowledged)).length === 0;
    await waitFor(isThere, { what: sink.name, timeoutMs: SETTLED_WITHIN_MS, intervalMs: 100 }).catch(() => undefined);
    lost.push(...missing.map((n) => `message ${n} is not at the ${sink.name}`));
  }
  messages.settle(acknowledged);
  return lost;
}
