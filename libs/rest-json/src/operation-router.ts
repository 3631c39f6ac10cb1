import type { Operation } from './operation.js';

/** The operation of a request, and what its path says. */
export interface Routed {
  readonly operation: Operation;
  /** By label, percent-encoded as they came. */
  readonly labels: ReadonlyMap<string, string>;
}

interface Node {
  readonly literals: Map<string, Node>;
  /** What follows a segment that can be anything. */
  label: Node | undefined;
  /** By method. */
  readonly ends: Map<string, Leaf>;
  /** Operations whose last label takes all the rest, by method. */
  readonly greedyEnds: Map<string, Leaf>;
}

interface Leaf {
  readonly operation: Operation;
  readonly labels: readonly string[];
}

/**
 * Finds the operation of a request by its method and path. A literal segment wins over a label, and a label over one that
 * takes slashes. Paths are compared as they came: `%2F` within a label is no slash.
 */
export class OperationRouter {
  private readonly root = newNode();

  /**
   * @param greedy operations whose last label takes slashes though their model does not say so
   * @param slashed operations that some clients ask for with a slash behind their path
   */
  constructor(
    operations: Iterable<Operation>,
    greedy: ReadonlySet<string> = new Set(),
    slashed: ReadonlySet<string> = new Set(),
  ) {
    for (const operation of operations) {
      this.add(operation, operation.path, greedy.has(operation.name));
      if (slashed.has(operation.name)) this.add(operation, `${operation.path}/`, false);
    }
  }

  /** @param path without the query */
  route(method: string, path: string): Routed | undefined {
    const segments = path.split('/').slice(1);
    const values: string[] = [];
    const leaf = find(this.root, method, segments, 0, values);
    if (leaf === undefined) return undefined;
    return {
      operation: leaf.operation,
      labels: new Map(leaf.labels.map((name, index) => [name, values[index] ?? ''])),
    };
  }

  private add(operation: Operation, path: string, isGreedy: boolean): void {
    const labels: string[] = [];
    let node = this.root;
    const segments = path.split('/').slice(1);
    for (const [index, segment] of segments.entries()) {
      const label = /^\{([^+}]+)(\+?)\}$/.exec(segment);
      if (label === null) {
        node = descend(node.literals, segment);
        continue;
      }
      labels.push(label[1] ?? '');
      const isLast = index === segments.length - 1;
      if (isLast && (isGreedy || label[2] === '+')) node.greedyEnds.set(operation.method, { operation, labels });
      if (label[2] === '+') return;
      node = node.label ??= newNode();
    }
    node.ends.set(operation.method, { operation, labels });
  }
}

function find(node: Node, method: string, segments: string[], at: number, values: string[]): Leaf | undefined {
  const segment = segments[at];
  if (segment === undefined) return node.ends.get(method);
  const literal = node.literals.get(segment);
  const exact = literal && find(literal, method, segments, at + 1, values);
  if (exact !== undefined) return exact;
  const depth = values.length;
  if (node.label !== undefined && segment !== '') {
    values.push(segment);
    const labelled = find(node.label, method, segments, at + 1, values);
    if (labelled !== undefined) return labelled;
    values.length = depth;
  }
  const greedy = node.greedyEnds.get(method);
  const rest = segments.slice(at).join('/');
  if (greedy === undefined || rest === '') return undefined;
  values.push(rest);
  return greedy;
}

function newNode(): Node {
  return { literals: new Map(), label: undefined, ends: new Map(), greedyEnds: new Map() };
}

function descend(nodes: Map<string, Node>, segment: string): Node {
  let node = nodes.get(segment);
  if (node === undefined) nodes.set(segment, (node = newNode()));
  return node;
}
