import { type JsonNode, locate } from '../positioned-json.js';
import { type Finding, type PolicyWarning } from './policy-warning.js';

type Place = Pick<PolicyWarning, 'field' | 'line' | 'column'>;

/** Where a finding is in a text, given the text's root. One value stands for a list of one, as the grammar has it. */
export function placeInText(text: string, root: JsonNode, { statementIndex, steps }: Finding): Place {
  let node = root;
  for (const step of ['Statement', statementIndex, ...steps]) node = descend(node, step);
  return { field: node.path, ...locate(text, node.offset) };
}

function descend(node: JsonNode, step: string | number): JsonNode {
  if (typeof step === 'number') return (node.type === 'array' ? node.items[step] : undefined) ?? node;
  return (node.type === 'object' ? node.members.find(({ name }) => name === step)?.value : undefined) ?? node;
}

/** Where a finding is in a parsed document, in which every list is one. */
export function placeInDocument({ statementIndex, steps }: Finding): Place {
  const spelled = steps.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`));
  return { field: `Statement[${statementIndex}]${spelled.join('')}` };
}
