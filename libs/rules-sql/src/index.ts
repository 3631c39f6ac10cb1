export { compileRule, type CompiledRule, type RuleOptions } from './compile-rule.js';
export { SQL_VERSIONS, type SqlVersion } from './dialect.js';
export { type ExternalFunctionName, type ExternalFunctions, type RuleEnvironment } from './environment.js';
export { type RuleVariables } from './evaluation.js';
export { openMessage, type Mqtt5Properties, type RuleMessage, type RuleMessageFields } from './message.js';
export { type MatchedRule, type RuleResult, type UnmatchedRule } from './rule-result.js';
export { compileTemplate, type CompiledTemplate, type TemplateOptions } from './template.js';
