import { type BoundStatement, type StatementReference } from './bound-statement.js';
import { type CompiledStatement } from './compiled-statement.js';
import { contextValue, variableValue } from './context-keys.js';
import { type PolicyContext } from './policy-context.js';

/** The answer of the policies to one question. Plain JSON. */
export interface Decision {
  /** `EXPLICIT_DENY`: a Deny matches. `ALLOWED`: an Allow matches and no Deny. `IMPLICIT_DENY`: nothing matches. */
  readonly decision: 'ALLOWED' | 'EXPLICIT_DENY' | 'IMPLICIT_DENY';
  readonly action: string;
  readonly resource: string;
  /** The statement that decided; absent for an implicit deny. */
  readonly statement?: StatementReference;
}

/** The statements of all policies of a principal, whatever the context is. */
export interface StatementSource {
  /** In the order of the policies. */
  readonly statements: readonly CompiledStatement[];
  /** Those about an action, denials first: the first of them that matches a resource decides. */
  statementsFor(action: string): readonly CompiledStatement[];
}

/** A bound on what is remembered by action; callers ask for a handful, but the name comes from outside. */
export const MAX_REMEMBERED_ACTIONS = 64;

/** The policies of a principal within one context. */
export class BoundPolicies {
  private readonly bindings = new Map<CompiledStatement, BoundStatement>();
  private readonly byAction = new Map<string, readonly BoundStatement[]>();

  /** Use `CompiledPolicySet.bind`. */
  constructor(
    private readonly policies: StatementSource,
    private readonly context: PolicyContext,
  ) {}

  /**
   * Decides whether an action, e.g. `iot:Publish`, is allowed on a resource, given as an ARN. A resource is compared as
   * text: of a topic filter it is the filter that must match, not the topics it stands for.
   */
  decide(action: string, resource: string): Decision {
    for (const bound of this.byAction.get(action) ?? this.select(action)) {
      if (!bound.matchesResource(resource)) continue;
      const { reference } = bound.statement;
      const decision = reference.effect === 'Deny' ? 'EXPLICIT_DENY' : 'ALLOWED'; // an explicit deny wins
      return { decision, action, resource, statement: reference };
    }
    return { decision: 'IMPLICIT_DENY', action, resource };
  }

  /** Every statement in this context, in the order of the policies. For explanations. */
  statements(): BoundStatement[] {
    return this.policies.statements.map((statement) => this.bound(statement));
  }

  /** What is put in the place of a variable; `undefined` when nothing may be. For explanations. */
  lookup(variable: string): string | undefined {
    return variableValue(this.context, variable);
  }

  /**
   * The context keys that the statements (about the action, when one is given) name in a condition or as a variable and
   * that have no value in this context: as the documents spell them, each once. A variable whose value is not
   * substituted has a value all the same.
   */
  missingContextValues(action?: string): string[] {
    const statements = action === undefined ? this.policies.statements : this.policies.statementsFor(action);
    const missing = new Map<string, string>(); // keys are case-insensitive, so one may be spelled in several ways
    for (const key of statements.flatMap((statement) => statement.contextKeys)) {
      if (contextValue(this.context, key) !== undefined || missing.has(key.toLowerCase())) continue;
      missing.set(key.toLowerCase(), key);
    }
    return [...missing.values()];
  }

  /** The statements about an action that can match at all, denials first: the first that matches a resource decides. */
  private select(action: string): readonly BoundStatement[] {
    const candidates = this.policies
      .statementsFor(action)
      .map((statement) => this.bound(statement))
      .filter(({ failedCondition }) => failedCondition === undefined);
    if (this.byAction.size < MAX_REMEMBERED_ACTIONS) this.byAction.set(action, candidates);
    return candidates;
  }

  private bound(statement: CompiledStatement): BoundStatement {
    let bound = this.bindings.get(statement);
    if (bound === undefined) {
      bound = statement.bind(this.context);
      this.bindings.set(statement, bound);
    }
    return bound;
  }
}
