export { type CodeCompiler } from './generated-run.js';
export { compileRule, type CompiledRule, type RuleOptions } from './compile-rule.js';
export { SQL_VERSIONS, type SqlVersion } from './dialect.js';
export { type ExternalFunctionName, type ExternalFunctions, type RuleEnvironment } from './environment.js';
export { type RuleVariables } from './evaluation.js';
export { explainRule, type ExplainedExpression, type RuleExplanation, type StatementClause } from './explain-rule.js';
export { openMessage, type Mqtt5Properties, type RuleMessage, type RuleMessageFields } from './message.js';
export { type MatchedRule, type RuleResult, type UnmatchedRule } from './rule-result.js';
export { compileTemplate, type CompiledTemplate, type TemplateOptions } from './template.js';
