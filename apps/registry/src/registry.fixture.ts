import { Controller, type DynamicModule, Module, type Type } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import {
  accessKeyRevoked,
  apiKeyRevoked,
  authorityChanged,
  type CommandContract,
  type EventContract,
  type PayloadOf,
  principalChanged,
  registryChangesStored,
  registryEventOccurred,
  type ReplyOf,
  type RequestOf,
  shadowSchemasChanged,
} from '#thingcore/contracts';
import { Clock, readConfig, type RunningProcess } from '#thingcore/platform';
import { makeTempDir, startPostgres, startTestProcess, waitFor } from '#thingcore/testing';
import { handles, RpcClient } from '#thingcore/transport';
import { DataSource } from 'typeorm';
import { type RegistryConfig, registrySettings } from './registry.config.js';
import { RegistryModule } from './registry.module.js';

/** A clock that stands still until a test advances it. */
export class TestClock extends Clock {
  /** Milliseconds since the epoch. */
  milliseconds = Date.UTC(2026, 0, 1);

  override now(): number {
    return this.milliseconds;
  }

  /** Lets time pass. */
  advance(milliseconds: number): void {
    this.milliseconds += milliseconds;
  }
}

/** What a registry of a test published, in the order in which it arrived. */
export class RecordedEvents {
  private readonly recorded: { pattern: string; payload: unknown }[] = [];

  record(contract: EventContract, payload: unknown): void {
    this.recorded.push({ pattern: contract.pattern, payload });
  }

  /** The payloads of one event so far. */
  of<E extends EventContract>(contract: E): PayloadOf<E>[] {
    return this.recorded
      .filter(({ pattern }) => pattern === contract.pattern)
      .map(({ payload }) => payload as PayloadOf<E>);
  }

  /** What principals must be resolved anew for, as `subject name`: `thing lamp`. */
  principalChanges(): string[] {
    return this.of(principalChanged).flatMap(({ changes }) => changes.map(({ subject, name }) => `${subject} ${name}`));
  }

  /** The documents of registry events by their topics. */
  registryEvents(): PayloadOf<typeof registryEventOccurred>[] {
    return this.of(registryEventOccurred);
  }

  /** Forgets what was recorded. */
  clear(): void {
    this.recorded.length = 0;
  }
}

/** A machine that others use as well may need seconds for a key pair. */
const PATIENCE_MS = 25_000;

/** One replica of a registry. */
export interface RegistryReplica {
  /** Sends a command as another service does. */
  call<C extends CommandContract>(contract: C, request: RequestOf<C>): Promise<ReplyOf<C>>;
  /** A provider of this replica: a service, a store, the `DataSource`. */
  get<T>(token: Type<T>): T;
  stop(): Promise<void>;
}

/** A registry on a PostgreSQL of its own; `stop()` ends all its replicas and drops the database. */
export interface RegistryFixture extends RegistryReplica {
  /** The clock of all replicas. */
  readonly clock: TestClock;
  /** What all replicas published. */
  readonly events: RecordedEvents;
  readonly dataDirectory: string;
  readonly databaseUrl: string;
  /** Starts another replica on the same database, data directory and clock; its bus reaches `events` too. */
  startReplica(): Promise<RegistryReplica>;
  /** Stops this replica and starts it again on the same database and data directory. */
  restart(): Promise<void>;
}

/** Whether somebody waits for the end of a transaction of another. */
export async function hasWaiter(registry: RegistryReplica): Promise<boolean> {
  const waiting = await registry
    .get(DataSource)
    .query<unknown[]>(`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`);
  return waiting.length > 0;
}

/**
 * Runs `call` while a transaction that began with `before` is open: the transaction ends when the call waits for it.
 * Answers what came of the call.
 */
export async function callMeanwhile<T>(
  registry: RegistryReplica,
  before: string,
  call: () => Promise<T>,
): Promise<PromiseSettledResult<T>> {
  const outcome = await registry.get(DataSource).transaction(async (manager) => {
    await manager.query(before);
    // In an object, so that the end of the transaction does not wait for the call that waits for it.
    const started = { settled: Promise.allSettled([call()]) };
    await waitFor(() => hasWaiter(registry), { what: 'the call to wait for the open transaction' });
    return started;
  });
  const [result] = await outcome.settled;
  return result;
}

/** What a test says of the registry it wants. */
export interface RegistryFixtureOptions {
  /** Overrides the default settings; a function is asked at every start of a replica. */
  readonly config?: Partial<RegistryConfig> | (() => Partial<RegistryConfig>);
}

/** Starts a registry as the product does: real PostgreSQL, local transport, default settings; only the clock is a test's. */
export async function startRegistry(options: RegistryFixtureOptions = {}): Promise<RegistryFixture> {
  const clock = new TestClock();
  const events = new RecordedEvents();
  const postgres = await startPostgres();
  const dataDirectory = await makeTempDir();
  const configNow = (): RegistryConfig => ({
    ...readConfig(registrySettings, {}),
    ...(typeof options.config === 'function' ? options.config() : options.config),
  });
  const replicas: RunningProcess[] = [];
  const start = async (): Promise<RunningProcess> => {
    const running = await startTestProcess({
      service: 'registry',
      dataDirectory,
      databaseUrl: postgres.url,
      modules: [withClock(RegistryModule.forRoot(configNow()), clock), listenerModule(events)],
    });
    replicas.push(running);
    return running;
  };
  const end = async (replica: RunningProcess): Promise<void> => {
    replicas.splice(replicas.indexOf(replica), 1);
    await replica.stop();
  };
  const stop = async (): Promise<void> => {
    for (const replica of [...replicas]) await end(replica);
    await postgres.stop();
  };
  try {
    let first = await start();
    return {
      clock,
      events,
      dataDirectory,
      databaseUrl: postgres.url,
      ...toReplica(() => first),
      startReplica: async () => {
        const replica = await start();
        return { ...toReplica(() => replica), stop: () => end(replica) };
      },
      restart: async () => {
        await end(first);
        first = await start();
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function toReplica(running: () => RunningProcess): Omit<RegistryReplica, 'stop'> {
  return {
    call: (contract, request) =>
      running().app.get(RpcClient, { strict: false }).call(contract, request, { deadlineMs: PATIENCE_MS }),
    get: (token) => running().app.get(token, { strict: false }),
  };
}

/** A module's own provider comes before the one of the platform. */
function withClock(module: DynamicModule, clock: Clock): DynamicModule {
  return { ...module, providers: [...(module.providers ?? []), { provide: Clock, useValue: clock }] };
}

@Module({})
class ListenerModule {}

function listenerModule(events: RecordedEvents): DynamicModule {
  @Controller()
  class Listener {
    @EventPattern(...handles(principalChanged))
    principalChanged(payload: unknown): void {
      events.record(principalChanged, payload);
    }

    @EventPattern(...handles(shadowSchemasChanged))
    shadowSchemasChanged(payload: unknown): void {
      events.record(shadowSchemasChanged, payload);
    }

    @EventPattern(...handles(registryChangesStored))
    registryChangesStored(payload: unknown): void {
      events.record(registryChangesStored, payload);
    }

    @EventPattern(...handles(registryEventOccurred))
    registryEventOccurred(payload: unknown): void {
      events.record(registryEventOccurred, payload);
    }

    @EventPattern(...handles(authorityChanged))
    authorityChanged(payload: unknown): void {
      events.record(authorityChanged, payload);
    }

    @EventPattern(...handles(accessKeyRevoked))
    accessKeyRevoked(payload: unknown): void {
      events.record(accessKeyRevoked, payload);
    }

    @EventPattern(...handles(apiKeyRevoked))
    apiKeyRevoked(payload: unknown): void {
      events.record(apiKeyRevoked, payload);
    }
  }
  return { module: ListenerModule, controllers: [Listener] };
}
