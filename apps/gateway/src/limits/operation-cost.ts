import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../connections/cursor.js';

/** What a field of the schema may say about its cost: `@Extensions({ cost: 5 })`, `@Extensions({ listSize: 10 })`. */
export interface CostHints {
  /** What the field itself costs, each time it is in the answer. */
  readonly cost?: number;
  /** How many entries its list has at most, when the caller does not say. */
  readonly listSize?: number;
}

/** What things cost that say nothing of it themselves. Every object of the answer is 1. */
export const COSTS = {
  object: 1,
  /** A page is a question of its own to a service. */
  page: 5,
  /** A mutation is stored, and told to others. */
  mutation: 10,
  /** The entries of a list of which neither the caller nor the schema says how many. */
  listSize: 10,
} as const;

/** The arguments that say how many entries are asked for. */
const SIZE_ARGUMENTS: readonly string[] = ['first', 'last', 'limit'];

type Variables = Readonly<Record<string, unknown>>;

/** A cost, and the variables that it depends on. */
export interface MeasuredCost {
  readonly cost: number;
  readonly variables: readonly string[];
}

/**
 * The cost of a document that is valid: how many objects its answer may hold, with all the pages that it asks for full.
 * Of several operations, of which one runs, the costliest counts; what `@skip` and `@include` leave out counts.
 */
export function costOf(schema: GraphQLSchema, document: DocumentNode, variables: Variables): MeasuredCost {
  const meter = new CostMeter(schema, document, variables);
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const cost = operations.reduce((most, operation) => Math.max(most, meter.measure(operation)), 0);
  return { cost, variables: [...meter.used] };
}

class CostMeter {
  /** The variables that say how large a page is. */
  readonly used = new Set<string>();
  private readonly fragments = new Map<string, SelectionSetNode>();
  private readonly types = new Map<string, string>();
  private readonly fragmentCosts = new Map<string, number>();
  private defaults = new Map<string, ValueNode | undefined>();

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    private readonly variables: Variables,
  ) {
    for (const definition of document.definitions) {
      if (definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
      this.fragments.set(definition.name.value, definition.selectionSet);
      this.types.set(definition.name.value, definition.typeCondition.name.value);
    }
  }

  measure({ operation, selectionSet, variableDefinitions = [] }: OperationDefinitionNode): number {
    this.defaults = new Map(
      variableDefinitions.map(({ variable, defaultValue }) => [variable.name.value, defaultValue]),
    );
    this.fragmentCosts.clear();
    const root = this.schema.getRootType(operation);
    return root ? this.ofSelections(selectionSet, root, undefined) : 0;
  }

  /** @param pageSize how many entries the page has whose fields these are; undefined when they are of no page */
  private ofSelections({ selections }: SelectionSetNode, type: GraphQLNamedType, pageSize: number | undefined): number {
    let cost = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        cost += this.ofField(selection, type, pageSize);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value;
        cost += this.ofSelections(selection.selectionSet, this.typeOf(condition) ?? type, pageSize);
      } else {
        cost += this.ofFragment(selection.name.value, pageSize);
      }
    }
    return cost;
  }

  /** Remembered, since fragments in fragments would otherwise be measured again and again without end. */
  private ofFragment(name: string, pageSize: number | undefined): number {
    const key = `${name} ${pageSize}`;
    const known = this.fragmentCosts.get(key);
    if (known !== undefined) return known;
    const [selections, type] = [this.fragments.get(name), this.typeOf(this.types.get(name))];
    const cost = selections && type ? this.ofSelections(selections, type, pageSize) : 0;
    this.fragmentCosts.set(key, cost);
    return cost;
  }

  private ofField(node: FieldNode, parent: GraphQLNamedType, pageSize: number | undefined): number {
    // Introspection: its size is that of the schema, whatever data there is.
    if (node.name.value.startsWith('__')) return 0;
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined;
    if (field === undefined) return 0;
    const type = getNamedType(field.type);
    const asked = this.sizeAskedFor(field, node);
    const own = this.ownCost(field, parent, type);
    if (!isList(field)) return own + this.below(node, type, asked);
    const size = asked ?? pageSize ?? (field.extensions as CostHints).listSize ?? COSTS.listSize;
    return (asked === undefined ? 0 : COSTS.page) + size * (own + this.below(node, type, undefined));
  }

  private below({ selectionSet }: FieldNode, type: GraphQLNamedType, pageSize: number | undefined): number {
    return selectionSet === undefined ? 0 : this.ofSelections(selectionSet, type, pageSize);
  }

  private ownCost(field: GraphQLField<unknown, unknown>, parent: GraphQLNamedType, type: GraphQLNamedType): number {
    const { cost } = field.extensions as CostHints;
    if (cost !== undefined) return cost;
    if (parent === this.schema.getMutationType()) return COSTS.mutation;
    if (type.name.endsWith('Connection')) return COSTS.page;
    // An edge is counted, and the entry in it is the same object.
    if (type.name === 'PageInfo' || parent.name.endsWith('Edge')) return 0;
    if (isCompositeType(type)) return COSTS.object;
    return parent === this.schema.getQueryType() || parent === this.schema.getSubscriptionType() ? COSTS.object : 0;
  }

  /** A size that no page can have is refused where the page is asked for, in words of its own. */
  private sizeAskedFor(field: GraphQLField<unknown, unknown>, node: FieldNode): number | undefined {
    const declared = field.args.filter(({ name }) => SIZE_ARGUMENTS.includes(name));
    if (declared.length === 0) return undefined;
    const sizes = declared.map(({ name, defaultValue }) => {
      const given = node.arguments?.find((argument) => argument.name.value === name)?.value;
      const size = given === undefined ? undefined : this.valueOf(given);
      return typeof size === 'number' && Number.isFinite(size) ? size : defaultValue;
    });
    const asked = sizes.filter((size) => typeof size === 'number');
    return Math.min(asked.length === 0 ? DEFAULT_PAGE_SIZE : Math.max(1, ...asked), MAX_PAGE_SIZE);
  }

  private valueOf(value: ValueNode): unknown {
    if (value.kind === Kind.INT) return Number(value.value);
    if (value.kind !== Kind.VARIABLE) return undefined;
    const name = value.name.value;
    this.used.add(name);
    const given = this.variables[name];
    if (given !== undefined) return given;
    const byDefault = this.defaults.get(name);
    return byDefault === undefined ? undefined : this.valueOf(byDefault);
  }

  private typeOf(name: string | undefined): GraphQLNamedType | undefined {
    return name === undefined ? undefined : this.schema.getType(name);
  }
}

function isList({ type }: GraphQLField<unknown, unknown>): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}
