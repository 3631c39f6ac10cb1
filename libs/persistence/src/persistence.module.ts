import { Logger, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { connectService, type MigrateMode } from './connect-service.js';
import type { ServiceSchema } from './data-source.js';
import { assertUsable } from './schema-state.js';
import { traceQueries } from './traced-queries.js';

const CONNECT_TIMEOUT_MS = 60_000;

/** The token under which the application provides {@link PersistenceOptions}, in a global module. */
export const PERSISTENCE_OPTIONS = Symbol('PERSISTENCE_OPTIONS');

/** Where the one database of the installation is. */
export interface PersistenceOptions {
  readonly url: string;
  /** Connections each service may hold; 10 when left out. */
  readonly poolSize?: number;
  /** How long to wait at the start for a database that is not up yet; a minute when left out. */
  readonly connectTimeoutMs?: number;
  /** Whether schemas are migrated here (`auto`, unless given) or somewhere else. */
  readonly migrate?: MigrateMode;
  /** Told why a schema cannot be opened yet. */
  readonly onWaiting?: (schema: string, reason: string) => void;
  /** Told of each schema that is open, with a way to ask whether its database answers and is of a version it can use. */
  readonly onOpen?: (schema: string, ping: () => Promise<void>) => void;
}

/**
 * Gives the importing module, and no other, a connected `DataSource` of a usable version on its own schema, and closes it when
 * the application stops. Several services live in one application side by side, each with its own.
 */
@Module({})
export class PersistenceModule implements OnApplicationShutdown {
  constructor(private readonly dataSource: DataSource) {}

  /** The module of one service; its schema carries the service's name. */
  static forService(service: ServiceSchema): DynamicModule {
    return {
      module: PersistenceModule,
      providers: [
        {
          provide: DataSource,
          inject: [PERSISTENCE_OPTIONS],
          useFactory: (options: PersistenceOptions) => openSchema(service, options),
        },
      ],
      exports: [DataSource],
    };
  }

  /** Closes the connections after the last request was answered. */
  async onApplicationShutdown(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }
}

async function openSchema(service: ServiceSchema, options: PersistenceOptions): Promise<DataSource> {
  const { url, poolSize, connectTimeoutMs = CONNECT_TIMEOUT_MS, migrate, onWaiting, onOpen } = options;
  const dataSource = await connectService(
    { ...service, url, poolSize, applicationName: `thingcore-${service.schema}` },
    {
      migrate,
      connectTimeoutMs,
      onWaiting: (reason) => {
        new Logger(PersistenceModule.name).warn(`${service.schema} waits: ${reason}`);
        onWaiting?.(service.schema, reason);
      },
    },
  );
  traceQueries(dataSource, service.schema);
  onOpen?.(service.schema, () => assertUsable(dataSource));
  return dataSource;
}
