import { IotError } from '#thingcore/errors';

/** How many edges a page may have. */
export const MAX_PAGE_SIZE = 250;

const PREFIX = 'after:';

/** A cursor that stands for a key. Its text means nothing to clients, so that it may change. */
export function toCursor(key: string): string {
  return Buffer.from(PREFIX + key).toString('base64url');
}

/** The key that a cursor stands for. Throws `InvalidRequest` for text that is none of ours. */
export function keyOfCursor(cursor: string, field = 'after'): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (text.startsWith(PREFIX)) return text.slice(PREFIX.length);
  throw noCursor(cursor, field);
}

/** What is said to text that is none of our cursors. */
export function noCursor(cursor: string, field = 'after'): IotError {
  return new IotError(
    'InvalidRequest',
    `${JSON.stringify(cursor)} is no cursor: pass the endCursor of an earlier page`,
    { details: { field } },
  );
}

/** Throws `InvalidRequest` unless a page of this size may be asked for. */
export function checkPageSize(size: number, field = 'first', most = MAX_PAGE_SIZE): void {
  if (size >= 1 && size <= most) return;
  throw new IotError('InvalidRequest', `A page has 1 to ${most} entries, not ${size}`, {
    details: { field, least: 1, most },
  });
}
