import { join } from 'node:path';
import { Controller, Module } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';

/** How many updates have been told, by the event that a broker would publish them from. */
export const told = { updates: 0 };

/** The shadow service as a standalone run has it: embedded PostgreSQL with its own settings, local transport. */
export async function startShadows(directory, settings = {}) {
  const { startEmbeddedPostgres } = await import('../../dist/libs/persistence/src/index.js');
  const { Logger, readConfig, startProcess } = await import('../../dist/libs/platform/src/index.js');
  const { LocalTransport, RpcClient } = await import('../../dist/libs/transport/src/index.js');
  const { shadowSettings } = await import('../../dist/apps/shadow/src/shadow.config.js');
  const { ShadowCalls } = await import('../../dist/apps/broker-gateway/src/shadows/shadow-calls.js');
  const { ShadowModule } = await import('../../dist/apps/shadow/src/shadow.module.js');
  const postgres = await startEmbeddedPostgres({
    directory: join(directory, 'postgres'),
    user: 'bench',
    password: 'bench',
    databases: ['thingcore'],
    onLog: () => undefined,
  });
  const databaseUrl = postgres.url('thingcore');
  const process = await startProcess({
    service: 'shadow',
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
    modules: [ShadowModule.forRoot(readConfig(shadowSettings, settings)), await listener()],
  });
  const rpc = process.app.get(RpcClient, { strict: false });
  return {
    databaseUrl,
    postgresPid: postgres.pid,
    rpc,
    calls: new ShadowCalls(rpc), // as the broker calls
    stop: async () => {
      await process.stop();
      await postgres.stop();
    },
  };
}

/** Hears the events as the broker does. Written without decorators: node runs it as it stands. */
async function listener() {
  const { shadowChanged } = await import('../../dist/libs/contracts/src/index.js');
  const { ContractPipe, handles } = await import('../../dist/libs/transport/src/index.js');
  class Listener {
    updated({ shadows }) {
      for (const { steps } of shadows) told.updates += steps.length;
    }
  }
  const updated = Object.getOwnPropertyDescriptor(Listener.prototype, 'updated');
  EventPattern(...handles(shadowChanged))(Listener.prototype, 'updated', updated);
  Payload(new ContractPipe(shadowChanged))(Listener.prototype, 'updated', 0);
  Controller()(Listener);
  class ListenerModule {}
  Module({ controllers: [Listener] })(ListenerModule);
  return ListenerModule;
}
