import { type ConditionOperator } from './condition-operator.js';

/** A policy document after parsing: the grammar of AWS IoT, with every "one or many" turned into a list. */
export interface PolicyDocument {
  readonly version: '2012-10-17';
  readonly statements: readonly PolicyStatement[];
}

/** What a statement does when it matches. */
export type Effect = 'Allow' | 'Deny';

/** One statement. It matches when its actions, its resources and all of its conditions do. */
export interface PolicyStatement {
  readonly sid?: string;
  readonly effect: Effect;
  /** Patterns such as `iot:Publish`, `iot:*`, `*`. */
  readonly actions: readonly string[];
  /** Patterns with `*`, `?` and `${...}`. */
  readonly resources: readonly string[];
  /** Whether the document says `NotResource`: the statement is about everything but `resources`. */
  readonly exceptResources: boolean;
  /** All must hold. */
  readonly conditions: readonly PolicyCondition[];
}

/** One operator on one key of a `Condition`. */
export interface PolicyCondition {
  readonly operator: ConditionOperator;
  readonly key: string;
  /** Any one of them suffices; for a negated operator none may match. Numbers and booleans are kept as text. */
  readonly values: readonly string[];
}
