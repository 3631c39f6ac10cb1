import {
  GraphQLError,
  Kind,
  type OperationTypeNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import { describeOperation } from './describe-operation.js';

/**
 * Refuses operations with more fields at their top than `limits` says for their kind: aliases repeat one field as often
 * as a document has room for, which its depth does not show.
 */
export function rootFieldLimit(limits: Readonly<Record<OperationTypeNode, number>>): ValidationRule {
  return (context) => ({
    OperationDefinition(operation) {
      const count = rootFieldsOf(operation.selectionSet, context).size;
      const limit = limits[operation.operation];
      if (count <= limit) return;
      context.reportError(
        new GraphQLError(
          `${describeOperation(operation)} has ${count} root fields; at most ${limit} are allowed: send the others in further requests`,
          { nodes: operation },
        ),
      );
    },
  });
}

/** The names in the answer, for fields of one name are executed once. A fragment adds its names once, too. */
function rootFieldsOf(top: SelectionSetNode, context: ValidationContext): Set<string> {
  const names = new Set<string>();
  const spread = new Set<string>();
  const open = [top];
  for (let selections = open.pop(); selections !== undefined; selections = open.pop()) {
    for (const selection of selections.selections) {
      if (selection.kind === Kind.FIELD) {
        names.add((selection.alias ?? selection.name).value);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        open.push(selection.selectionSet);
      } else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value);
        const fragment = context.getFragment(selection.name.value);
        if (fragment) open.push(fragment.selectionSet);
      }
    }
  }
  return names;
}
