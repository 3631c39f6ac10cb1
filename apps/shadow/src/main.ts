import { runService } from '#thingcore/platform';
import { ShadowModule } from './shadow.module.js';

await runService('shadow', {}, () => ShadowModule);
