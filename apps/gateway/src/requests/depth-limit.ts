import {
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationRule,
} from 'graphql';
import { describeOperation } from './describe-operation.js';

/**
 * Refuses operations whose fields nest deeper than `limit`. Introspection does not count: its depth is that of the
 * types, not of data, and every tool asks for more than any sensible limit.
 */
export function depthLimit(limit: number): ValidationRule {
  return (context) => ({
    OperationDefinition(operation) {
      const depth = new DepthMeter((name) => context.getFragment(name)).measure(operation.selectionSet);
      if (depth <= limit) return;
      context.reportError(
        new GraphQLError(`${describeOperation(operation)} nests fields ${depth} deep; at most ${limit} are allowed`, {
          nodes: operation,
        }),
      );
    },
  });
}

class DepthMeter {
  private readonly fragmentDepths = new Map<string, number>();

  constructor(private readonly fragment: (name: string) => FragmentDefinitionNode | null | undefined) {}

  measure(selections: SelectionSetNode | undefined): number {
    let deepest = 0;
    for (const selection of selections?.selections ?? []) {
      deepest = Math.max(deepest, this.measureSelection(selection));
    }
    return deepest;
  }

  private measureSelection(selection: SelectionNode): number {
    switch (selection.kind) {
      case Kind.FIELD:
        return selection.name.value.startsWith('__') ? 0 : 1 + this.measure(selection.selectionSet);
      case Kind.INLINE_FRAGMENT:
        return this.measure(selection.selectionSet);
      case Kind.FRAGMENT_SPREAD:
        return this.measureFragment(selection.name.value);
    }
  }

  private measureFragment(name: string): number {
    const known = this.fragmentDepths.get(name);
    if (known !== undefined) return known;
    // A fragment that spreads itself is refused by another rule; here it must only come to an end.
    this.fragmentDepths.set(name, 0);
    const depth = this.measure(this.fragment(name)?.selectionSet);
    this.fragmentDepths.set(name, depth);
    return depth;
  }
}
