import { join } from 'node:path';

/** A registry as a standalone run has it: embedded PostgreSQL, local transport. */
export async function startRegistry(directory) {
  const { startEmbeddedPostgres } = await import('../../dist/libs/persistence/src/index.js');
  const { Logger, readConfig, startProcess } = await import('../../dist/libs/platform/src/index.js');
  const { LocalTransport, RpcClient } = await import('../../dist/libs/transport/src/index.js');
  const { registrySettings } = await import('../../dist/apps/registry/src/registry.config.js');
  const { RegistryModule } = await import('../../dist/apps/registry/src/registry.module.js');
  const postgres = await startEmbeddedPostgres({
    directory: join(directory, 'postgres'),
    user: 'bench',
    password: 'bench',
    databases: ['thingcore'],
    onLog: () => undefined,
  });
  const databaseUrl = postgres.url('thingcore');
  const process = await startProcess({
    service: 'registry',
    config: {
      dataDirectory: directory,
      logLevel: 'warn',
      logFormat: 'json',
      metricsPort: 0,
      metricsHost: '127.0.0.1',
      region: 'us-east-1',
      account: '123456789012',
    },
    logger: Logger.create({ service: 'bench', level: 'warn', format: 'json' }),
    transport: { kind: 'local', transport: new LocalTransport() },
    databaseUrl,
    modules: [RegistryModule.forRoot(readConfig(registrySettings, {}))],
  });
  const rpc = process.app.get(RpcClient, { strict: false });
  return {
    databaseUrl,
    call: (contract, request) => rpc.call(contract, request, { deadlineMs: 60_000 }),
    stop: async () => {
      await process.stop();
      await postgres.stop();
    },
  };
}
