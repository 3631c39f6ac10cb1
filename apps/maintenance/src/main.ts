import { backUp, restore } from '#thingcore/persistence';
import { ConfigError, databaseSettings, Logger, platformSettings, readConfigs, runToEnd } from '#thingcore/platform';
import { migrateAll } from './migrate-all.js';
import { schemas } from './schemas.js';

// Needs the database and nothing else: no Redis, no data directory, no port.
await runToEnd(async () => {
  const [command = '', file] = process.argv.slice(2);
  const { platform, database } = readConfigs({ platform: platformSettings, database: databaseSettings });
  const logger = Logger.create({ service: command, level: platform.logLevel, format: platform.logFormat });
  const url = database.databaseUrl;
  if (command === 'migrate' && file === undefined) {
    const ran = await migrateAll(url, schemas, logger);
    logger.info('the database is up to date', { migrations: ran.length });
  } else if (command === 'backup' && file !== undefined) {
    const names = schemas.map(({ schema }) => schema);
    logger.info('the backup is written', { file, ...(await backUp(url, names, file, new Date())) });
  } else if (command === 'restore' && file !== undefined) {
    logger.info('the backup is restored', { file, ...(await restore(url, schemas, file)) });
  } else {
    throw new ConfigError([`"${process.argv.slice(2).join(' ')}" is none of: migrate, backup FILE, restore FILE`]);
  }
});
