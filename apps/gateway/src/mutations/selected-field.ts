import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** Whether the operation asks for a field of what is being resolved, be it in a fragment. */
export function selectsField({ fieldNodes, fragments, variableValues }: GraphQLResolveInfo, name: string): boolean {
  const isLeftOut = (node: SelectionNode) =>
    getDirectiveValues(GraphQLSkipDirective, node, variableValues)?.['if'] === true ||
    getDirectiveValues(GraphQLIncludeDirective, node, variableValues)?.['if'] === false;
  const hasField = (set: SelectionSetNode | undefined): boolean =>
    set !== undefined && set.selections.some((node) => !isLeftOut(node) && isOrHas(node));
  const isOrHas = (node: SelectionNode): boolean => {
    switch (node.kind) {
      case Kind.FIELD:
        return node.name.value === name;
      case Kind.INLINE_FRAGMENT:
        return hasField(node.selectionSet);
      case Kind.FRAGMENT_SPREAD:
        return hasField(fragments[node.name.value]?.selectionSet);
    }
  };
  return fieldNodes.some(({ selectionSet }) => hasField(selectionSet));
}
