import { setTimeout as sleep } from 'node:timers/promises';
import { type ChaosCluster, SERVICES } from './chaos-cluster.js';
import type { ServiceProcess } from './service-process.js';

/** Something that happens to the product. */
export interface Disruption {
  readonly name: string;
  /** Resolves when what had gone is there again; rejects when it does not come back, or does not go as it should. */
  run(cluster: ChaosCluster): Promise<void>;
}

/** Processes die at the same moment, and an orchestrator starts others. */
export function killOf(names: readonly string[], awayMs: number): Disruption {
  return {
    name: `SIGKILL of ${names.join(', ')}`,
    run: async (cluster) => {
      const killed = names.map((name) => cluster.one(name));
      await Promise.all(killed.map((process) => process.kill()));
      await sleep(awayMs);
      await Promise.all(killed.map((process) => process.start()));
    },
  };
}

/** Redis dies, and comes back with its append-only file. */
export function redisRestart(awayMs: number): Disruption {
  return {
    name: 'SIGKILL of Redis',
    run: async ({ redis }) => {
      await redis.kill();
      await sleep(awayMs);
      await redis.restart();
    },
  };
}

/** PostgreSQL dies, or ends every connection at once, and comes back with its write-ahead log. */
export function postgresRestart(signal: 'SIGKILL' | 'SIGQUIT', awayMs: number): Disruption {
  return {
    name: signal === 'SIGKILL' ? 'SIGKILL of PostgreSQL' : 'immediate shutdown of PostgreSQL',
    run: async ({ postgres }) => {
      await postgres.kill(signal);
      await sleep(awayMs);
      await postgres.restart();
    },
  };
}

/** Every process is replaced, one after the other, as at an update. */
export function rollingRestart(): Disruption {
  return {
    name: 'rolling restart of all ten',
    run: async (cluster) => {
      for (const process of cluster.processes) await replace(process);
    },
  };
}

/** One process of every service is replaced, all at the same time, then the others. */
export function rollingRestartByHalves(): Disruption {
  return {
    name: 'rolling restart, five at a time',
    run: async (cluster) => {
      for (const replica of [0, 1]) {
        const half = SERVICES.flatMap((service) => cluster.of(service).slice(replica, replica + 1));
        await Promise.all(half.map((process) => replace(process)));
      }
    },
  };
}

async function replace(process: ServiceProcess): Promise<void> {
  const { code } = await process.stop();
  if (code !== 0) throw new Error(`${process.name} ended with ${code}; it printed:\n${process.program.lastLines}`);
  await process.start();
}
