import { runService } from '#thingcore/platform';
import { brokerSettings } from './broker.config.js';
import { BrokerGatewayModule } from './broker-gateway.module.js';

await runService('broker', brokerSettings, ({ config, redisUrl }) =>
  BrokerGatewayModule.forRoot(config, { kind: 'redis', url: redisUrl }),
);
