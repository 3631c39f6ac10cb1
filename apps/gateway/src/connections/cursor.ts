import { IotError } from '#thingcore/errors';

/** How many edges a page may have. */
export const MAX_PAGE_SIZE = 250;

/** How many edges a page has when nobody says how many. */
export const DEFAULT_PAGE_SIZE = 50;

const CURSOR = /^after(?:\.([A-Z_]+))?:/;

/**
 * A cursor that stands for a key. Its text means nothing to clients, so that it may change.
 *
 * @param order what the list is ordered by, where that is another than its usual order: keys of the one mean nothing in
 *   the other
 */
export function toCursor(key: string, order?: string): string {
  return Buffer.from(`after${order === undefined ? '' : `.${order}`}:${key}`).toString('base64url');
}

/** The key that a cursor stands for. Throws `InvalidRequest` for text that is none of ours, or one of another order. */
export function keyOfCursor(cursor: string, field = 'after', order?: string): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  const found = CURSOR.exec(text);
  if (found === null) throw noCursor(cursor, field);
  if (found[1] === order) return text.slice(found[0].length);
  throw new IotError(
    'InvalidRequest',
    `${JSON.stringify(cursor)} is a cursor of a list in another order: pass it with the orderBy of its page`,
    { details: { field } },
  );
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
