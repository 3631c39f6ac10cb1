import { runService } from '#thingcore/platform';
import { shadowSettings } from './shadow.config.js';
import { ShadowModule } from './shadow.module.js';

await runService('shadow', shadowSettings, ({ config }) => ShadowModule.forRoot(config));
