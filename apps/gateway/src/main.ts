import { runService } from '#thingcore/platform';
import { gatewaySettings } from './gateway.config.js';
import { GatewayModule } from './gateway.module.js';

await runService('gateway', gatewaySettings, ({ config }) => GatewayModule.forRoot(config));
