import type { PlatformApi } from './platform-api.js';

/** How many entries are asked for at once. */
const PAGE = 250;

interface Page<Node> {
  readonly edges: readonly { readonly node: Node }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** What a list holds, and whether there is more of it. */
export interface Listed<Node> {
  readonly nodes: Node[];
  readonly hasMore: boolean;
}

/**
 * The first `limit` entries of a list.
 *
 * @param field the list in the answer of `operation`, which takes `$first` and `$after` beside `variables`
 */
export async function listUpTo<Node>(
  api: PlatformApi,
  { field, operation, variables, limit }: { field: string; operation: string; variables: object; limit: number },
): Promise<Listed<Node>> {
  const nodes: Node[] = [];
  let after: string | null = null;
  for (;;) {
    const first = Math.min(PAGE, limit - nodes.length);
    const data: Record<string, Page<Node>> = await api.run(operation, { ...variables, first, after });
    const page = data[field];
    if (page === undefined) return { nodes, hasMore: false };
    nodes.push(...page.edges.map(({ node }) => node));
    const { hasNextPage, endCursor } = page.pageInfo;
    if (!hasNextPage || nodes.length >= limit) return { nodes, hasMore: hasNextPage };
    after = endCursor;
  }
}
