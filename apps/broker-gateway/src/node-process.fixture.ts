import { Module } from '@nestjs/common';
import { Logger, type RunningProcess, startProcess } from '#thingcore/platform';
import { makeTempDir } from '#thingcore/testing';
import type { BrokerConfig } from './broker.config.js';
import { brokerConfig } from './broker.fixture.js';
import { BrokerGatewayModule } from './broker-gateway.module.js';
import { FakeRegistry } from './fake-registry.fixture.js';

@Module({ controllers: [FakeRegistry] })
class RegistryModule {}

/** Starts a broker node, or the registry that it asks, as a process of the distributed topology would be made. */
export async function startNodeProcess(
  service: 'registry' | 'broker',
  redisUrl: string,
  config: Partial<BrokerConfig> = {},
): Promise<RunningProcess> {
  const storage = { kind: 'redis', url: redisUrl } as const;
  return startProcess({
    service,
    config: {
      dataDirectory: await makeTempDir(),
      logLevel: 'silent',
      logFormat: 'json',
      metricsPort: 0,
      metricsHost: '127.0.0.1',
      region: 'us-east-1',
      account: '123456789012',
    },
    logger: Logger.create({ service, level: 'silent', format: 'json' }),
    transport: storage,
    databaseUrl: 'postgres://not-needed',
    modules: [service === 'registry' ? RegistryModule : BrokerGatewayModule.forRoot(brokerConfig(config), storage)],
  });
}
