import { type BoundStatement } from './bound-statement.js';
import { type CompiledPolicySet } from './compile-policies.js';
import { type CompiledStatement, type StatementReference } from './compiled-statement.js';
import { variableValue } from './context-keys.js';
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

/** The policies of a principal within one context. */
export class BoundPolicies {
  private readonly bindings = new Map<CompiledStatement, BoundStatement>();

  /** Use `CompiledPolicySet.bind`. */
  constructor(
    private readonly policies: CompiledPolicySet,
    private readonly context: PolicyContext,
  ) {}

  /**
   * Decides whether an action, e.g. `iot:Publish`, is allowed on a resource, given as an ARN. A resource is compared as
   * text: of a topic filter it is the filter that must match, not the topics it stands for.
   */
  decide(action: string, resource: string): Decision {
    for (const statement of this.policies.statementsFor(action)) {
      if (!this.bound(statement).appliesTo(resource)) continue;
      const { reference } = statement;
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

  private bound(statement: CompiledStatement): BoundStatement {
    let bound = this.bindings.get(statement);
    if (bound === undefined) {
      bound = statement.bind(this.context);
      this.bindings.set(statement, bound);
    }
    return bound;
  }
}
