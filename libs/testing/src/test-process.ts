import { Logger, type ProcessOptions, type RunningProcess, startProcess } from '#thingcore/platform';
import { LocalTransport } from '#thingcore/transport';
import { makeTempDir } from './temp-dir.js';

/** What a test says of the process it wants. */
export interface TestProcessOptions extends Pick<ProcessOptions, 'service' | 'modules'> {
  /** The database of the services; needed by those that have a store. */
  databaseUrl?: string;
  /** A fresh folder unless given. */
  dataDirectory?: string;
}

/** Runs service modules in this process as the product does: on the local transport, silent, health checks on a free port. */
export async function startTestProcess(options: TestProcessOptions): Promise<RunningProcess> {
  return startProcess({
    service: options.service,
    config: {
      dataDirectory: options.dataDirectory ?? (await makeTempDir()),
      logLevel: 'silent',
      logFormat: 'json',
      metricsPort: 0,
      metricsHost: '127.0.0.1',
      region: 'us-east-1',
      account: '123456789012',
    },
    logger: Logger.create({ service: 'test', level: 'silent', format: 'json' }),
    transport: { kind: 'local', transport: new LocalTransport() },
    databaseUrl: options.databaseUrl ?? 'postgres://not-needed',
    modules: options.modules,
  });
}
