import { type ConditionOutcome } from './compiled-condition.js';
import { type Glob } from './glob.js';
import { type Effect } from './policy-document.js';

/** Names a statement for a person who wants to find it. Plain JSON. */
export interface StatementReference {
  readonly policyName: string;
  /** The place of the statement in its document, from 0. */
  readonly index: number;
  readonly sid?: string;
  readonly effect: Effect;
}

/** What a statement says whatever the context is. */
export interface Statement {
  readonly reference: StatementReference;
  /** Whether the resources are those that are not meant. */
  readonly exceptResources: boolean;
  readonly actions: readonly string[];
  /** The names of all variables of the statement, each once. */
  readonly variables: readonly string[];
  /** Whether the statement is about the action. */
  matchesAction(action: string): boolean;
}

/** A resource of a statement within one context: a matcher, or the variable that has no value. */
export type ResourcePattern =
  | { readonly pattern: string; readonly resolved: string; readonly glob: Glob }
  | { readonly pattern: string; readonly unresolvedVariable: string };

/** The first thing that kept a statement from matching. Plain JSON. */
export type Mismatch =
  | { readonly reason: 'action'; readonly actions: readonly string[] }
  | { readonly reason: 'resource' }
  | { readonly reason: 'variable'; readonly variable: string }
  | { readonly reason: 'condition'; readonly condition: ConditionOutcome };

/** A statement within one context: variables are filled in and conditions judged, for all decisions in that context. */
export class BoundStatement {
  private readonly globs: readonly Glob[];
  private readonly unresolvedVariable: string | undefined;

  constructor(
    readonly statement: Statement,
    readonly patterns: readonly ResourcePattern[],
    /** The first condition that does not hold: with one the statement matches nothing. */
    readonly failedCondition: ConditionOutcome | undefined,
  ) {
    this.globs = patterns.flatMap((pattern) => ('glob' in pattern ? [pattern.glob] : []));
    this.unresolvedVariable = patterns
      .map((pattern) => ('unresolvedVariable' in pattern ? pattern.unresolvedVariable : undefined))
      .find((variable) => variable !== undefined);
  }

  /**
   * Whether the statement is about the resource. AWS: a variable without a value makes its pattern match nothing.
   * Behind `NotResource` that must not turn into "everything is meant", so there the whole statement does not match.
   */
  matchesResource(resource: string): boolean {
    if (!this.statement.exceptResources) return this.names(resource);
    return this.unresolvedVariable === undefined && !this.names(resource);
  }

  /** Why the statement does not match; `undefined` when it does. */
  mismatch(action: string, resource: string): Mismatch | undefined {
    if (!this.statement.matchesAction(action)) return { reason: 'action', actions: this.statement.actions };
    if (!this.matchesResource(resource)) {
      return this.unresolvedVariable === undefined
        ? { reason: 'resource' }
        : { reason: 'variable', variable: this.unresolvedVariable };
    }
    return this.failedCondition === undefined ? undefined : { reason: 'condition', condition: this.failedCondition };
  }

  private names(resource: string): boolean {
    for (const glob of this.globs) if (glob.matches(resource)) return true;
    return false;
  }
}
