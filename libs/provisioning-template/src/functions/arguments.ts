import { describeJson, DocumentFault, type JsonNode } from '#thingcore/policy';

/** The arguments of a function that takes a list of them, one for each name, e.g. `['delimiter', 'list']`. */
export function readArguments<const Names extends readonly string[]>(
  node: JsonNode,
  functionName: string,
  names: Names,
): { readonly [Index in keyof Names]: JsonNode } {
  if (node.type === 'array' && node.items.length === names.length) {
    return node.items as { readonly [Index in keyof Names]: JsonNode };
  }
  const found = node.type === 'array' ? `an array of ${node.items.length}` : describeJson(node);
  throw new DocumentFault(`"${functionName}" takes [${names.join(', ')}], not ${found}`, node);
}
