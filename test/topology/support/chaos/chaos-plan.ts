import { SERVICES } from './chaos-cluster.js';
import {
  type Disruption,
  killOf,
  postgresRestart,
  redisRestart,
  rollingRestart,
  rollingRestartByHalves,
} from './disruptions.js';

/** What a run of the chaos test does. */
export interface ChaosPlan {
  readonly disruptions: readonly Disruption[];
  /** Of every step, at least. */
  readonly seconds: number;
  /** For every part to work again after the return of what had gone. */
  readonly recoveryLimitMs: number;
  /** Whether the end-to-end stories are told first. */
  readonly tellsStories: boolean;
}

/**
 * The long form, `npm run chaos`, when CHAOS_ROUNDS and CHAOS_SECONDS are set: every process is killed in every round. The
 * short form, of `npm test`, kills one of each kind and leaves room for a machine that is busy with other tests.
 */
export function chaosPlan({ CHAOS_ROUNDS, CHAOS_SECONDS }: Readonly<Record<string, string | undefined>>): ChaosPlan {
  if (CHAOS_ROUNDS === undefined || CHAOS_SECONDS === undefined) return SHORT;
  const seconds = Number(CHAOS_SECONDS);
  const round = longRound((seconds * 1000) / 4);
  return {
    disruptions: Array.from({ length: Number(CHAOS_ROUNDS) }, () => round).flat(),
    seconds,
    recoveryLimitMs: 10_000,
    tellsStories: true,
  };
}

const SHORT_AWAY_MS = 500;

const SHORT: ChaosPlan = {
  disruptions: [
    killOf(['registry 1', 'shadow 1', 'gateway 1'], SHORT_AWAY_MS),
    killOf(['broker-gateway 1', 'rules 1'], SHORT_AWAY_MS),
    redisRestart(SHORT_AWAY_MS),
    postgresRestart('SIGKILL', SHORT_AWAY_MS),
    rollingRestartByHalves(),
  ],
  seconds: 0,
  recoveryLimitMs: 50_000,
  tellsStories: false,
};

function longRound(awayMs: number): Disruption[] {
  return [
    ...SERVICES.flatMap((service) => [killOf([`${service} 1`], awayMs), killOf([`${service} 2`], awayMs)]),
    redisRestart(awayMs),
    postgresRestart('SIGKILL', awayMs),
    postgresRestart('SIGQUIT', awayMs),
    rollingRestart(),
    rollingRestartByHalves(),
  ];
}
