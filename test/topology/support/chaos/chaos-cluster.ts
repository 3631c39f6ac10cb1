import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type DurablePostgres,
  type DurableRedis,
  makeTempDir,
  startDurablePostgres,
  startDurableRedis,
} from '#thingcore/testing';
import type { ServiceName } from '../cluster.js';
import { NO_RATES } from '../no-rates.js';
import type { Product } from '../product.js';
import { ServiceProcess } from './service-process.js';

/** From the inside outwards: an operator updates them in this order. */
export const SERVICES: readonly ServiceName[] = ['registry', 'shadow', 'broker-gateway', 'rules', 'gateway'];

const REPLICAS = 2;

/** Two processes of every service over a Redis and a PostgreSQL, all of which may be killed. Settings are the defaults. */
export class ChaosCluster {
  private constructor(
    readonly redis: DurableRedis,
    readonly postgres: DurablePostgres,
    readonly processes: readonly ServiceProcess[],
    readonly dataDirectory: string,
  ) {}

  static async open(): Promise<ChaosCluster> {
    const [redis, postgres, dataDirectory] = [
      await startDurableRedis(),
      await startDurablePostgres(),
      await makeTempDir('chaos-'),
    ];
    const settings = {
      THINGCORE_DATA_DIR: dataDirectory,
      THINGCORE_DATABASE_URL: postgres.url,
      THINGCORE_REDIS_URL: redis.url,
      THINGCORE_RULES_POSTGRESQL_URL: postgres.operatorUrl,
      // The only limits that are lifted: one client is a fleet here.
      THINGCORE_BROKER_LIMITS: NO_RATES,
      THINGCORE_BROKER_STORED_MESSAGES_PER_SESSION: 'unlimited',
      THINGCORE_BROKER_ANSWER_DENIED_CONNECT: 'on',
    };
    const processes: ServiceProcess[] = [];
    for (const service of SERVICES) {
      for (let replica = 1; replica <= REPLICAS; replica++) {
        processes.push(await ServiceProcess.prepare(service, replica, settings));
      }
    }
    const cluster = new ChaosCluster(redis, postgres, processes, dataDirectory);
    try {
      await Promise.all(processes.map((process) => process.start()));
    } catch (error) {
      await cluster.close();
      throw error;
    }
    return cluster;
  }

  /** The replicas of a service. */
  of(service: ServiceName): ServiceProcess[] {
    return this.processes.filter((process) => process.service === service);
  }

  one(name: string): ServiceProcess {
    const found = this.processes.find((process) => process.name === name);
    if (found === undefined) throw new Error(`There is no ${name}`);
    return found;
  }

  async apiKey(): Promise<string> {
    return (await readFile(join(this.dataDirectory, 'api-key'), 'utf8')).trim();
  }

  /** As stories that are told to any product see it: the first gateway and the first broker node. */
  async product(): Promise<Product> {
    const [gateway, broker] = [this.one('gateway 1'), this.one('broker-gateway 1')];
    const caFile = join(this.dataDirectory, 'ca.pem');
    return {
      endpoints: {
        graphql: gateway.graphqlUrl,
        http: new URL(gateway.graphqlUrl).origin,
        mqtt: broker.mqttUrl,
        mqtts: broker.mqttsUrl,
        https: '',
        ws: '',
        wss: '',
        metrics: '',
      },
      apiKey: await this.apiKey(),
      ca: await readFile(caFile, 'utf8'),
      caFile,
      dataDirectory: this.dataDirectory,
      operatorDatabaseUrl: this.postgres.operatorUrl,
      program: gateway.program,
      readyAfterMs: 0,
      stop: () => gateway.stop(),
      kill: () => gateway.kill(),
      dispose: () => this.close(),
    };
  }

  /** Stops every process, from the edge inwards, then the servers. */
  async close(): Promise<void> {
    for (const service of [...SERVICES].reverse()) {
      await Promise.allSettled(this.of(service).map((process) => process.stop()));
    }
    await Promise.allSettled([this.redis.stop(), this.postgres.stop()]);
  }
}
