import { type BoundPolicies, type Decision } from './bound-policies.js';
import { type BoundStatement, type Mismatch } from './bound-statement.js';
import { type StatementReference } from './bound-statement.js';

/** A decision with its proof. Plain JSON. */
export interface DecisionExplanation {
  readonly decision: Decision;
  /** The proof as a sentence for a person. */
  readonly summary: string;
  /**
   * The statement that decided; for an implicit deny the Allow statements that came nearest, the nearest first. Empty
   * when there is no Allow statement at all.
   */
  readonly statements: readonly StatementExplanation[];
}

/** How one statement stood to the question. */
export interface StatementExplanation {
  readonly statement: StatementReference;
  /** The first thing that did not match; absent when the statement matches. */
  readonly mismatch?: Mismatch;
  /** Whether the patterns say what the statement is not about (`NotResource`). */
  readonly exceptResources: boolean;
  /** The resources as the document spells them and with their variables filled in. */
  readonly patterns: readonly { readonly pattern: string; readonly resolved: string | null }[];
  /** Every variable of the statement; `null` when it has no value that may be substituted. */
  readonly variables: readonly { readonly name: string; readonly value: string | null }[];
}

/** How to explain. */
export interface ExplainOptions {
  /** How many statements an implicit deny names, at least 1; 3 unless told. */
  readonly maxStatements?: number;
}

/** How far a statement came before it failed: the further, the nearer. */
const DISTANCE = { action: 3, resource: 2, variable: 1, condition: 0 } as const;

/**
 * Decides as `policies.decide` does and proves it. The statements are asked by the same predicates that decide; it is
 * slower than `decide` because it looks at all of them.
 */
export function explainDecision(
  policies: BoundPolicies,
  action: string,
  resource: string,
  options: ExplainOptions = {},
): DecisionExplanation {
  const decision = policies.decide(action, resource);
  const bound =
    decision.statement === undefined
      ? nearest(policies.statements(), action, resource)
      : policies.statements().filter(({ statement }) => statement.reference === decision.statement);
  const shown = bound.slice(0, Math.max(1, options.maxStatements ?? 3));
  const statements = shown.map((statement) => explainStatement(policies, statement, action, resource));
  return { decision, summary: summarize(decision, statements[0]), statements };
}

function nearest(statements: readonly BoundStatement[], action: string, resource: string): BoundStatement[] {
  return statements
    .filter(({ statement }) => statement.reference.effect === 'Allow')
    .map((bound) => {
      const mismatch = bound.mismatch(action, resource);
      return {
        bound,
        distance: mismatch === undefined ? 0 : DISTANCE[mismatch.reason],
        shared: Math.max(0, ...bound.patterns.map((pattern) => sharedLength(textOfPattern(pattern), resource))),
      };
    })
    .sort((a, b) => a.distance - b.distance || b.shared - a.shared)
    .map(({ bound }) => bound);
}

function explainStatement(
  policies: BoundPolicies,
  bound: BoundStatement,
  action: string,
  resource: string,
): StatementExplanation {
  const mismatch = bound.mismatch(action, resource);
  return {
    statement: bound.statement.reference,
    ...(mismatch === undefined ? {} : { mismatch }),
    exceptResources: bound.statement.exceptResources,
    patterns: bound.patterns.map((pattern) => ({
      pattern: pattern.pattern,
      resolved: 'resolved' in pattern ? pattern.resolved : null,
    })),
    variables: bound.statement.variables.map((name) => ({ name, value: policies.lookup(name) ?? null })),
  };
}

function summarize(decision: Decision, nearestStatement: StatementExplanation | undefined): string {
  const question = `${decision.action} on ${decision.resource}`;
  if (nearestStatement === undefined) return `${question} is denied: no policy has a statement that allows anything.`;
  const place = nameOf(nearestStatement.statement);
  const { mismatch } = nearestStatement;
  if (mismatch === undefined) {
    return `${question} is ${decision.decision === 'ALLOWED' ? 'allowed' : 'denied'} by ${place}.`;
  }
  const reason = describeMismatch(mismatch, nearestStatement);
  return `${question} is denied: no statement allows it. The nearest is ${place}: ${reason}.`;
}

/** Why a statement does not match, as the end of a sentence: `its resource is arn:...`. */
export function describeMismatch(mismatch: Mismatch, { patterns, exceptResources }: StatementExplanation): string {
  switch (mismatch.reason) {
    case 'action':
      return `it is about the action ${mismatch.actions.join(', ')}`;
    case 'resource': {
      const names = patterns.map(({ pattern, resolved }) => resolved ?? pattern).join(', ');
      return exceptResources ? `its NotResource names ${names}` : `its resource is ${names}`;
    }
    case 'variable':
      return `its variable \${${mismatch.variable}} has no value here, or one that is not substituted`;
    case 'condition': {
      const { operator, key, expected, actual, unresolvedVariable } = mismatch.condition;
      const found = actual === undefined ? 'absent' : JSON.stringify(actual);
      const missing = unresolvedVariable === undefined ? '' : `, and \${${unresolvedVariable}} has no value`;
      return `its condition ${operator} ${JSON.stringify(expected)} does not hold, because ${key} is ${found}${missing}`;
    }
  }
}

function nameOf({ policyName, index, sid }: StatementReference): string {
  return `statement ${index}${sid === undefined ? '' : ` ("${sid}")`} of policy "${policyName}"`;
}

function textOfPattern(pattern: BoundStatement['patterns'][number]): string {
  return 'resolved' in pattern ? pattern.resolved : pattern.pattern;
}

/** How many leading characters two texts have in common. */
function sharedLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
