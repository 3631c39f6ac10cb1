import { randomBytes } from 'node:crypto';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#thingcore/persistence';
import type { DataDirectory, Logger } from '#thingcore/platform';

const PASSWORD_FILE = 'postgresql-password';
const RESTART_PAUSE_MS = 500;

/** The PostgreSQL of a standalone run. */
export interface Database {
  /** The platform's own data. */
  readonly url: string;
  /** A database for the operator's own tables, which rules may write to. */
  readonly operatorsUrl: string | undefined;
  stop(): Promise<void>;
}

/** The operator's own PostgreSQL: nothing to start, and no database to offer beside it. */
export function externalDatabase(url: string): Database {
  return { url, operatorsUrl: undefined, stop: () => Promise.resolve() };
}

/** Starts the embedded PostgreSQL, and starts it again should it die. */
export async function embeddedDatabase(dataDirectory: DataDirectory, logger: Logger): Promise<Database> {
  const password = await keptPassword(dataDirectory);
  let server: EmbeddedPostgres;
  let isStopping = false;
  let restarting: Promise<void> = Promise.resolve();

  const start = (port: number) =>
    startEmbeddedPostgres({
      directory: dataDirectory.join('postgresql'),
      port,
      user: 'thingcore',
      password,
      databases: ['thingcore', 'operator'],
      onLog: (line) => logger.debug(line, { source: 'postgresql' }),
      onUnexpectedExit: (error) => {
        logger.error('PostgreSQL has died and is started again', { reason: error.message });
        restarting = restart();
      },
    });

  const restart = async () => {
    while (!isStopping) {
      try {
        // The same port, since the connection pools of the services know no other.
        server = await start(server.port);
        logger.info('PostgreSQL is back');
        return;
      } catch (error) {
        logger.error('PostgreSQL could not be started again', { reason: String(error) });
        await new Promise((resolve) => setTimeout(resolve, RESTART_PAUSE_MS));
      }
    }
  };

  server = await start(0);
  return {
    url: server.url('thingcore'),
    operatorsUrl: server.url('operator'),
    stop: async () => {
      isStopping = true;
      // A restart under way has a server of its own to stop.
      await restarting;
      await server.stop();
    },
  };
}

async function keptPassword(dataDirectory: DataDirectory): Promise<string> {
  const kept = await dataDirectory.read(PASSWORD_FILE);
  if (kept !== undefined) return kept.trim();
  const password = randomBytes(24).toString('base64url');
  await dataDirectory.write(PASSWORD_FILE, `${password}\n`, 0o600);
  return password;
}
