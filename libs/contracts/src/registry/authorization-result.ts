import {
  type Addition,
  type AllowanceSuggestion,
  type DecisionExplanation,
  describeMismatch,
  type StatementExplanation,
} from '#thingcore/policy';
import type { AuthorizationResult } from './authorization.js';

/** What would allow what was denied, as the contracts carry it. */
export type AuthorizationRemedy = NonNullable<AuthorizationResult['remedy']>;

/**
 * Puts the evaluator's own explanation into the shape that the contracts carry, for answers to questions as well as for
 * denials that were recorded. Adds nothing to it and leaves nothing out.
 *
 * @param remedy what would allow it; left out when it is allowed
 */
export function toAuthorizationResult(
  { decision: { action, resource, decision }, summary, statements }: DecisionExplanation,
  remedy?: AuthorizationRemedy,
): AuthorizationResult {
  return {
    action,
    resource,
    decision,
    summary,
    statements: statements.map(toStatementProof),
    ...(remedy === undefined || decision === 'ALLOWED' ? {} : { remedy }),
  };
}

/** Puts what the policy library suggests for a denial into the shape that the contracts carry. */
export function toAuthorizationRemedy(suggestion: AllowanceSuggestion): AuthorizationRemedy {
  if (suggestion.kind === 'add') return { kind: 'add', ...toAddition(suggestion) };
  const { statement, others, add } = suggestion;
  return {
    kind: 'change',
    statement: { ...statement },
    ...(others.length === 0 ? {} : { others: others.map((other) => ({ ...other })) }),
    ...(add === undefined ? {} : { add: toAddition(add) }),
  };
}

function toAddition({ statement, generalized }: Addition): { statement: string; generalized?: string } {
  return {
    statement: JSON.stringify(statement),
    ...(generalized === undefined ? {} : { generalized: JSON.stringify(generalized) }),
  };
}

function toStatementProof(explanation: StatementExplanation): AuthorizationResult['statements'][number] {
  const { statement, mismatch, patterns, variables } = explanation;
  return {
    statement: { ...statement },
    ...(mismatch === undefined ? {} : { mismatch: describeMismatch(mismatch, explanation) }),
    patterns: patterns.map((pattern) => ({ ...pattern })),
    variables: variables.map((variable) => ({ ...variable })),
  };
}
