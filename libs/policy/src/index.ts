export { iotArn, parseArn, type Arn, type ArnKind, type ArnScope } from './arn.js';
export { parsePolicyDocument } from './parse-policy-document.js';
export { type Effect, type PolicyCondition, type PolicyDocument, type PolicyStatement } from './policy-document.js';
export { type ConditionOperator, type SetQualifier } from './condition-operator.js';
export { type OperatorFamilyName } from './operator-family.js';
export { type CertificateContext, type PolicyContext, type ThingContext } from './policy-context.js';
export { compilePolicies, type CompiledPolicySet, type NamedPolicy } from './compile-policies.js';
export { type BoundPolicies, type Decision } from './bound-policies.js';
export { type StatementReference } from './compiled-statement.js';
export { type Mismatch } from './bound-statement.js';
export { type ConditionOutcome } from './compiled-condition.js';
export {
  explainDecision,
  type DecisionExplanation,
  type ExplainOptions,
  type StatementExplanation,
} from './explain-decision.js';
