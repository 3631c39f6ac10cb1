export { iotArn, parseArn, type Arn, type ArnKind, type ArnScope } from './arn.js';
export { parsePolicyDocument } from './parse-policy-document.js';
// How a JSON document is read that must say where it is wrong; provisioning templates are read the same way.
export { DocumentFault } from './document-fault.js';
export {
  describe as describeJson,
  objectMembers,
  readMembers,
  readText,
  type MemberReader,
} from './document-reading.js';
export { locate, parsePositionedJson, type JsonMember, type JsonNode } from './positioned-json.js';
export { type Effect, type PolicyCondition, type PolicyDocument, type PolicyStatement } from './policy-document.js';
export { type ConditionOperator, type SetQualifier } from './condition-operator.js';
export { type OperatorFamilyName } from './operator-family.js';
export { type CertificateContext, type PolicyContext, type ThingContext } from './policy-context.js';
export { compilePolicies, type CompiledPolicySet, type NamedPolicy } from './compile-policies.js';
export { type BoundPolicies, type Decision } from './bound-policies.js';
export { CachedDecisions, type CacheOptions } from './cached-decisions.js';
export { type StatementReference } from './bound-statement.js';
export { type Mismatch } from './bound-statement.js';
export { type ConditionOutcome } from './compiled-condition.js';
export {
  describeMismatch,
  explainDecision,
  type DecisionExplanation,
  type ExplainOptions,
  type StatementExplanation,
} from './explain-decision.js';
export { suggestAllowance, type Addition, type AllowanceSuggestion, type AllowStatement } from './suggest-allowance.js';
export { lintPolicyDocument, type LintOptions } from './lint/lint-policy-document.js';
export { type PolicyWarning, type PolicyWarningCode } from './lint/policy-warning.js';
