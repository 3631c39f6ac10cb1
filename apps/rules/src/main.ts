import { runService } from '#thingcore/platform';
import { rulesSettings } from './rules.config.js';
import { RulesModule } from './rules.module.js';

await runService('rules', rulesSettings, ({ config }) => RulesModule.forRoot(config));
