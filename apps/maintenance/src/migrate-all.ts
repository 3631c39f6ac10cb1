import { connectService, type ServiceSchema } from '#thingcore/persistence';
import type { Logger } from '#thingcore/platform';

const CONNECT_TIMEOUT_MS = 60_000;

/**
 * Brings every schema up to date, one after the other, and says which migrations ran. Each is migrated under a lock in the
 * database: whoever else migrates takes turns with it. The first that fails ends it; the migrations before it are kept, and
 * the next run goes on there. Errors: as `connectService`.
 */
export async function migrateAll(url: string, schemas: readonly ServiceSchema[], logger: Logger): Promise<string[]> {
  const all: string[] = [];
  for (const service of schemas) {
    const dataSource = await connectService(
      { ...service, url, poolSize: 1, applicationName: 'thingcore-migrate' },
      {
        connectTimeoutMs: CONNECT_TIMEOUT_MS,
        onWaiting: (reason) => logger.warn(`waits: ${reason}`),
        onMigrated: (ran) => {
          logger.info(`schema ${service.schema} is up to date`, { ran });
          all.push(...ran.map((name) => `${service.schema}.${name}`));
        },
      },
    );
    await dataSource.destroy();
  }
  return all;
}
