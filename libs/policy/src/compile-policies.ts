import { BoundPolicies, MAX_REMEMBERED_ACTIONS, type StatementSource } from './bound-policies.js';
import { CompiledStatement } from './compiled-statement.js';
import { type PolicyContext } from './policy-context.js';
import { type PolicyDocument } from './policy-document.js';

/** A policy that applies to a principal. */
export interface NamedPolicy {
  readonly policyName: string;
  readonly document: PolicyDocument;
}

/** Compiles the policies of a principal, once for all of its connections. */
export function compilePolicies(policies: readonly NamedPolicy[]): CompiledPolicySet {
  return new CompiledPolicySet(
    policies.flatMap(({ policyName, document }) =>
      document.statements.map((statement, index) => new CompiledStatement(policyName, index, statement)),
    ),
  );
}

/** The policies of a principal, compiled. Immutable: a change of a policy is a new set. */
export class CompiledPolicySet implements StatementSource {
  private readonly byAction = new Map<string, readonly CompiledStatement[]>();

  /** Use {@link compilePolicies}. */
  constructor(readonly statements: readonly CompiledStatement[]) {}

  /**
   * The policies as they stand for one connection or request. The context is read once per statement and must not
   * change; keep the result as long as the context is true.
   */
  bind(context: PolicyContext): BoundPolicies {
    return new BoundPolicies(this, context);
  }

  statementsFor(action: string): readonly CompiledStatement[] {
    const known = this.byAction.get(action);
    if (known !== undefined) return known;
    const relevant = this.statements.filter((statement) => statement.matchesAction(action));
    const ordered = [
      ...relevant.filter(({ reference }) => reference.effect === 'Deny'),
      ...relevant.filter(({ reference }) => reference.effect === 'Allow'),
    ];
    if (this.byAction.size < MAX_REMEMBERED_ACTIONS) this.byAction.set(action, ordered);
    return ordered;
  }
}
