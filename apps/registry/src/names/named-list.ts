import { IotError } from '#thingcore/errors';
import { nameRange, type NameRange } from './name-range.js';
import type { SqlParameters } from './sql-parameters.js';

/** What is asked of a list of what has names. */
export interface NamedListRequest {
  readonly namePrefix?: string | undefined;
  readonly orderBy: 'name' | 'createdAt';
  readonly isAscending: boolean;
  /** The `nextToken` of the page before in the same order. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** The columns that such a list is read by; names are compared byte by byte, and each is there once. */
export interface NamedColumns {
  readonly name: string;
  readonly createdAt: string;
}

/** Where an entry is in such a list. */
export interface NamedPosition {
  readonly name: string;
  readonly createdAt: Date;
}

const TIME_AND_NAME = /^([0-9]{1,15}):(.+)$/;

/** The condition of a page of such a list, and its order, as SQL. InvalidRequest for a token of another order. */
export function namedPage(
  request: NamedListRequest,
  columns: NamedColumns,
  parameters: SqlParameters,
): { condition: string; order: string } {
  const { namePrefix, orderBy, isAscending, after } = request;
  const { name, createdAt } = columns;
  const direction = isAscending ? 'ASC' : 'DESC';
  if (orderBy === 'name') {
    return { condition: isWithin(name, namesAskedFor(request), parameters), order: `${name} ${direction}` };
  }
  const range = isWithin(name, nameRange(namePrefix), parameters);
  const place = after === undefined ? undefined : fromTimeToken(after);
  const behind =
    place === undefined
      ? ''
      : ` AND (${createdAt}, ${name}) ${isAscending ? '>' : '<'} (${parameters.add(place.createdAt)}, ${parameters.add(place.name)})`;
  return { condition: range + behind, order: `${createdAt} ${direction}, ${name} ${direction}` };
}

/** The names that a page in their order, or against it, is taken from. */
export function namesAskedFor({ namePrefix, isAscending, after }: NamedListRequest): NameRange {
  if (isAscending || after === undefined) return nameRange(namePrefix, after);
  const all = nameRange(namePrefix);
  return { ...all, below: after < all.below ? after : all.below };
}

/** The condition of names of a range. */
export function isWithin(column: string, { after, from, below }: NameRange, parameters: SqlParameters): string {
  return `${column} > ${parameters.add(after)} AND ${column} >= ${parameters.add(from)} AND ${column} < ${parameters.add(below)}`;
}

/** The page in `limit + 1` records, and the token of the next one when there is more. */
export function toNamedPage<Entry>(
  records: readonly Entry[],
  { limit, orderBy }: NamedListRequest,
  positionOf: (record: Entry) => NamedPosition,
): { page: Entry[]; next: { nextToken?: string } } {
  const page = records.slice(0, limit);
  const last = page.at(-1);
  if (records.length <= limit || last === undefined) return { page, next: {} };
  const { name, createdAt } = positionOf(last);
  return { page, next: { nextToken: orderBy === 'name' ? name : `${createdAt.getTime()}:${name}` } };
}

function fromTimeToken(token: string): NamedPosition {
  const [, milliseconds, name] = TIME_AND_NAME.exec(token) ?? [];
  if (milliseconds !== undefined && name !== undefined) return { name, createdAt: new Date(Number(milliseconds)) };
  throw new IotError(
    'InvalidRequest',
    `"${token}" is not the nextToken of a page in this order: pass it as it was answered`,
    {
      details: { field: 'after' },
    },
  );
}
