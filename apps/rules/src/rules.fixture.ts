import { readConfig } from '#thingcore/platform';
import { type RulesConfig, rulesSettings } from './rules.config.js';

/** What rules are told by default, with what a test says otherwise. */
export function rulesConfig(more: Partial<RulesConfig> = {}): RulesConfig {
  return { ...readConfig(rulesSettings, {}), ...more };
}
