/** A page of what was read with one entry more, and its last entry if there is another page. */
export function pageOf<T>(found: readonly T[], limit: number): { page: T[]; next: T | undefined } {
  const page = found.slice(0, limit);
  return { page, next: found.length > limit ? page.at(-1) : undefined };
}
