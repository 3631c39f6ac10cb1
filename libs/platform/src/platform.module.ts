import { type DynamicModule, Module } from '@nestjs/common';
import { Clock } from './clock.js';
import { DataDirectory } from './data-directory.js';
import { IdGenerator, RandomIdGenerator } from './id-generator.js';
import { Lifecycle } from './lifecycle.js';
import { Logger } from './logger.js';
import { Metrics } from './operations-server.js';
import { Readiness } from './readiness.js';
import { Scope } from './scope.js';
import { SystemClock } from './system-clock.js';

/** What a process brings to its {@link PlatformModule}. */
export interface PlatformOptions {
  logger: Logger;
  scope: Scope;
  dataDirectory: DataDirectory;
  /** Whose checks `/readyz` asks; one of its own unless given. */
  readiness?: Readiness;
  /** What `/metrics` shows; of its own unless given. */
  metrics?: Metrics;
}

/** What every service may ask for: the clock, ids, logs, metrics, readiness, its start and stop, the data directory. */
@Module({})
export class PlatformModule {
  static forRoot(options: PlatformOptions): DynamicModule {
    const { logger, scope, dataDirectory, readiness = new Readiness(), metrics = new Metrics() } = options;
    const providers = [
      { provide: Clock, useClass: SystemClock },
      { provide: IdGenerator, useClass: RandomIdGenerator },
      { provide: Logger, useValue: logger },
      { provide: Scope, useValue: scope },
      { provide: DataDirectory, useValue: dataDirectory },
      { provide: Lifecycle, useValue: new Lifecycle(logger) },
      { provide: Readiness, useValue: readiness },
      { provide: Metrics, useValue: metrics },
    ];
    return { module: PlatformModule, global: true, providers, exports: providers.map(({ provide }) => provide) };
  }
}
