import { type ConditionOperator } from './condition-operator.js';
import { contextValue, type ContextValue, variableValue } from './context-keys.js';
import { type Comparison, OPERATOR_FAMILIES, type OperatorFamily } from './operator-family.js';
import { type PolicyContext } from './policy-context.js';
import { type PolicyCondition } from './policy-document.js';
import { parseTemplate, resolveTemplate, type Template, variablesOf } from './template.js';

/** A condition judged against a context, with what was compared. Plain JSON. */
export interface ConditionOutcome {
  readonly holds: boolean;
  /** The operator as the document spells it. */
  readonly operator: string;
  readonly key: string;
  /** The values of the policy, as the document spells them. */
  readonly expected: readonly string[];
  /** The value of the key; absent when the context has none. */
  readonly actual?: string | readonly string[];
  /** A variable among the expected values that has no value in the context. */
  readonly unresolvedVariable?: string;
}

/** A value of the policy: compared as it is, or completed from each context. */
type ExpectedValue = { readonly comparison: Comparison } | { readonly template: Template };

/** A condition ready to be judged many times. */
export class CompiledCondition {
  /** The names of the variables in its values. */
  readonly variables: readonly string[];
  private readonly family: OperatorFamily;
  private readonly expected: readonly ExpectedValue[];

  constructor(private readonly condition: PolicyCondition) {
    this.family = OPERATOR_FAMILIES[condition.operator.family];
    const templates = condition.values.map(parseTemplate);
    this.variables = templates.flatMap(variablesOf);
    this.expected = templates.map((template) => {
      const resolution = resolveTemplate(template, () => undefined);
      if (resolution.kind === 'unresolved') return { template };
      return { comparison: this.family.prepare(resolution.tokens) };
    });
  }

  /** Judges the condition. */
  evaluate(context: PolicyContext): ConditionOutcome {
    const { operator, key, values } = this.condition;
    const actual = contextValue(context, key);
    const { comparisons, unresolved } = this.complete(context);
    // As with NotResource: a negated operator with a variable nobody knows could exclude nothing, so it does not hold.
    const holds = operator.isNegated && unresolved !== undefined ? false : judge(operator, actual, comparisons);
    return {
      holds,
      operator: operator.name,
      key,
      expected: values,
      ...(actual === undefined ? {} : { actual }),
      ...(unresolved === undefined ? {} : { unresolvedVariable: unresolved }),
    };
  }

  private complete(context: PolicyContext): { comparisons: Comparison[]; unresolved: string | undefined } {
    const comparisons: Comparison[] = [];
    let unresolved: string | undefined;
    for (const value of this.expected) {
      if ('comparison' in value) {
        comparisons.push(value.comparison);
        continue;
      }
      const resolution = resolveTemplate(value.template, (name) => variableValue(context, name));
      if (resolution.kind === 'resolved') comparisons.push(this.family.prepare(resolution.tokens));
      else unresolved ??= resolution.variable;
    }
    return { comparisons, unresolved };
  }
}

/** IAM: "Condition operators" and "Multivalued context keys". A set without members counts as a key that is absent. */
function judge(operator: ConditionOperator, actual: ContextValue, comparisons: readonly Comparison[]): boolean {
  const matchesAny = (value: string): boolean => comparisons.some((comparison) => comparison(value));
  const values = typeof actual === 'string' ? [actual] : (actual ?? []);
  if (operator.family === 'Null') return matchesAny(String(values.length === 0));

  const passes = (value: string): boolean => matchesAny(value) !== operator.isNegated;
  if (values.length === 0 && operator.isIfExists) return true;
  switch (operator.qualifier) {
    case 'ForAllValues':
      return values.every(passes); // true for an empty set
    case 'ForAnyValue':
      return values.some(passes); // false for an empty set
    case undefined:
      // Of an absent key only "is not" is true.
      return operator.isNegated ? values.every(passes) : values.some(passes);
  }
}
