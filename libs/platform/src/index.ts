export { Clock } from './clock.js';
export {
  ConfigError,
  isProduction,
  port,
  readConfig,
  readConfigs,
  secret,
  setting,
  unknownSettings,
  wholeNumber,
  type ConfigOf,
  type Setting,
  type Settings,
} from './config.js';
export { DataDirectory } from './data-directory.js';
export { databaseSettings, distributedSettings } from './distributed.config.js';
export { Follower, type FollowerOptions } from './follower.js';
export { httpAdapter } from './http-adapter.js';
export { IdGenerator, RandomIdGenerator } from './id-generator.js';
export { Lifecycle, type Part, type Stage } from './lifecycle.js';
export { explainListenError, listen, type ListenAddress } from './listen.js';
export { Logger, LOG_LEVELS, type LogFormat, type LogLevel } from './logger.js';
export { Metrics, OperationsServer } from './operations-server.js';
export { platformSettings, type PlatformConfig } from './platform.config.js';
export { PlatformModule, type PlatformOptions } from './platform.module.js';
export { answered, Readiness, type ReadinessCheck } from './readiness.js';
export { runService, type ServiceContext } from './run-service.js';
export { runToEnd, runUntilStopped } from './run-until-stopped.js';
export { Scope } from './scope.js';
export { startProcess, type ProcessOptions, type RunningProcess } from './start-process.js';
export { SystemClock } from './system-clock.js';
export { type TracingConfig, tracingSettings } from './tracing.config.js';
