import type { z } from 'zod';

/**
 * A copy of a message without the members that a schema does not know, when nothing else is wrong with it; undefined otherwise.
 *
 * A service of the release before must understand what the next one sends, which may say more. A member that must not be passed
 * over belongs into a new version of the contract (`v2`): docs/adr/0023-one-job-migrates.md.
 */
export function withoutUnknownMembers(value: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  if (issues.length === 0 || issues.some(({ code }) => code !== 'unrecognized_keys')) return undefined;
  const copy = structuredClone(value);
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    const holder = issue.path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown>)[key], copy);
    for (const key of issue.keys) Reflect.deleteProperty(holder as object, key);
  }
  return copy;
}
