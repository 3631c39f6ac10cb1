import type { DocumentNode, GraphQLSchema } from 'graphql';
import { costOf } from './operation-cost.js';

/** How many sets of variables are remembered of one document. */
const REMEMBERED = 64;

interface Remembered {
  readonly schema: GraphQLSchema;
  /** The variables that the cost depends on. */
  variables: readonly string[];
  readonly costs: Map<string, number>;
}

type Variables = Readonly<Record<string, unknown>>;

/**
 * Costs of operations, remembered as long as their documents are: the server keeps those that come again and again, and
 * most ask for pages of always the same size.
 */
export class OperationCosts {
  private readonly documents = new WeakMap<DocumentNode, Remembered>();

  /** The cost of a valid document with these variables, as {@link costOf} measures it. */
  of(schema: GraphQLSchema, document: DocumentNode, variables: Variables): number {
    const known = this.documents.get(document);
    if (known?.schema !== schema) return this.measure(schema, document, variables);
    return known.costs.get(keyOf(known.variables, variables)) ?? this.measure(schema, document, variables);
  }

  private measure(schema: GraphQLSchema, document: DocumentNode, variables: Variables): number {
    const measured = costOf(schema, document, variables);
    const known = this.documents.get(document);
    const isSame = known?.schema === schema && known.variables.length === measured.variables.length;
    const remembered = isSame ? known : { schema, variables: measured.variables, costs: new Map<string, number>() };
    if (remembered.costs.size >= REMEMBERED) remembered.costs.clear();
    remembered.costs.set(keyOf(remembered.variables, variables), measured.cost);
    this.documents.set(document, remembered);
    return measured.cost;
  }
}

function keyOf(names: readonly string[], variables: Variables): string {
  if (names.length === 0) return '';
  // Anything but a number is no size, and costs what its absence does.
  return names.map((name) => (typeof variables[name] === 'number' ? variables[name] : '-')).join(' ');
}
