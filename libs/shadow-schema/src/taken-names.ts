import type { ReadSchema } from './read-shadow-schema.js';

/** Names that something has in a GraphQL schema. */
export interface TakenNames {
  readonly types: readonly string[];
  readonly queries: readonly string[];
  readonly mutations: readonly string[];
}

/** The names that a thing type takes. */
export function namesTakenBy({ thing, typeNames }: ReadSchema): TakenNames {
  return {
    types: typeNames,
    queries: [thing.names.one, thing.names.many],
    mutations: thing.shadows.map(({ names }) => names.update),
  };
}

/** The first name that both take, in words; undefined when they can stand beside each other. */
export function clashOf(one: TakenNames, other: TakenNames): string | undefined {
  const common = (of: keyof TakenNames) => one[of].find((name) => other[of].includes(name));
  const [type, query, mutation] = [common('types'), common('queries'), common('mutations')];
  if (query !== undefined) return `the query ${query}`;
  if (mutation !== undefined) return `the mutation ${mutation}`;
  return type === undefined ? undefined : `the type ${type}`;
}
