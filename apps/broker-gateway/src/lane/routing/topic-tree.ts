interface Node<T> {
  readonly children: Map<string, Node<T>>;
  value: T | undefined;
}

/** Topics by their levels, to find those that a filter matches: the reverse of a trie of filters. */
export class TopicTree<T> {
  private readonly root: Node<T> = { children: new Map(), value: undefined };

  set(topic: string, value: T): void {
    let node = this.root;
    for (const level of topic.split('/')) {
      let child = node.children.get(level);
      if (child === undefined) node.children.set(level, (child = { children: new Map(), value: undefined }));
      node = child;
    }
    node.value = value;
  }

  delete(topic: string): void {
    const path: [Node<T>, string][] = [];
    let node = this.root;
    for (const level of topic.split('/')) {
      const child = node.children.get(level);
      if (child === undefined) return;
      path.push([node, level]);
      node = child;
    }
    node.value = undefined;
    for (const [parent, level] of path.reverse()) {
      const child = parent.children.get(level);
      if (child === undefined || child.value !== undefined || child.children.size > 0) return;
      parent.children.delete(level);
    }
  }

  /**
   * Visits the values of the topics that a filter matches. It takes `a/#` to match `a` too, and wildcards to match `$`:
   * for what this is used, a topic too many does no harm.
   */
  visit(filter: string, visit: (value: T) => void): void {
    let nodes = [this.root];
    for (const level of filter.split('/')) {
      if (level === '#') {
        for (const node of nodes) visitAll(node, visit);
        return;
      }
      nodes = nodes.flatMap(({ children }) => (level === '+' ? [...children.values()] : (children.get(level) ?? [])));
      if (nodes.length === 0) return;
    }
    for (const { value } of nodes) if (value !== undefined) visit(value);
  }
}

/** A loop and not a recursion: the standard allows 65,536 levels. */
function visitAll<T>(top: Node<T>, visit: (value: T) => void): void {
  const open = [top];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.value !== undefined) visit(node.value);
    for (const child of node.children.values()) open.push(child);
  }
}
