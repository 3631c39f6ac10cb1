import { runService } from '#thingcore/platform';
import { registrySettings } from './registry.config.js';
import { RegistryModule } from './registry.module.js';

await runService('registry', registrySettings, ({ config }) => RegistryModule.forRoot(config));
