export { backUp, type BackupSummary } from './backup/back-up.js';
export { restore } from './backup/restore.js';
export { connectService, type ConnectPatience, type MigrateMode } from './connect-service.js';
export {
  createDataSource,
  type ConnectionSettings,
  type EntityClass,
  type MigrationClass,
  type ServiceSchema,
} from './data-source.js';
export {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './embedded/embedded-postgres.js';
export { runMigrations } from './migration-runner.js';
export { PERSISTENCE_OPTIONS, PersistenceModule, type PersistenceOptions } from './persistence.module.js';
export { SCHEMA_RELEASE } from './schema-release.js';
export {
  isTransactionConflict,
  isUnavailable,
  rejectWithIotError,
  toIotError,
  type SqlErrorTranslations,
} from './sql-error.js';
export { inTransaction, type TransactionOptions } from './transaction.js';
