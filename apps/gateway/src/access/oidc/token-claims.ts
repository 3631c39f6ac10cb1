import type { Role } from '../caller.js';

type Claims = Readonly<Record<string, unknown>>;

/** What makes a role of the claims of a token. */
export interface RoleMapping {
  /** A claim, or the path of one inside others, as in `realm_access.roles`. */
  readonly claim: string;
  /** What stands in the claim for each role. */
  readonly names: Readonly<Record<Role, string>>;
}

/** Claims with a readable name of whom a token is about, the most readable first; the last stands in nearly every token. */
const NAME_CLAIMS = ['preferred_username', 'email', 'client_id', 'sub'];

/** The highest role that the claims of a token give; undefined when they give none. */
export function roleOf(claims: Claims, { claim, names }: RoleMapping): Role | undefined {
  const values = valuesOf(claims, claim);
  return (['admin', 'operator', 'viewer'] as const).find((role) => values.includes(names[role]));
}

/** The name of whom a token is about. */
export function nameOf(claims: Claims): string {
  const names = NAME_CLAIMS.map((claim) => claims[claim]);
  return names.find((name) => typeof name === 'string' && name !== '')?.toString() ?? 'a token without a name';
}

/** A list of texts, or one text of several words, as `scope` is. */
function valuesOf(claims: Claims, path: string): readonly unknown[] {
  const value = claimAt(claims, path);
  return typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : [];
}

/** A claim of exactly this name comes first: some issuers name claims by URLs, which have dots in them. */
function claimAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  return path
    .split('.')
    .reduce<unknown>(
      (parent, key) =>
        typeof parent === 'object' && parent !== null && Object.hasOwn(parent, key)
          ? (parent as Claims)[key]
          : undefined,
      claims,
    );
}
