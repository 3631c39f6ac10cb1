/**
 * Where a list that shows the newest certificates first goes on behind one of them: what `after` takes, and what
 * `nextToken` is for the last one of a page.
 */
export function newestFirstToken({
  createdAt,
  certificateId,
}: {
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly certificateId: string;
}): string {
  return `${createdAt}.${certificateId}`;
}
