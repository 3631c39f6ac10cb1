import { IotError } from '#thingcore/errors';

/** How many edges a page may have. */
export const MAX_PAGE_SIZE = 250;

const PREFIX = 'after:';

/** A cursor that stands for a key. Its text means nothing to clients, so that it may change. */
export function toCursor(key: string): string {
  return Buffer.from(PREFIX + key).toString('base64url');
}

/** The key that a cursor stands for. Throws `InvalidRequest` for text that is none of ours. */
export function keyOfCursor(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (text.startsWith(PREFIX)) return text.slice(PREFIX.length);
  throw new IotError(
    'InvalidRequest',
    `${JSON.stringify(cursor)} is no cursor: pass the endCursor of an earlier page`,
    {
      details: { field: 'after' },
    },
  );
}

/** Throws `InvalidRequest` unless a page of this size may be asked for. */
export function checkPageSize(first: number): void {
  if (first >= 1 && first <= MAX_PAGE_SIZE) return;
  throw new IotError('InvalidRequest', `A page has 1 to ${MAX_PAGE_SIZE} entries, not ${first}`, {
    details: { field: 'first', least: 1, most: MAX_PAGE_SIZE },
  });
}
