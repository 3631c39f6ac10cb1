import { IotError } from '#thingcore/errors';

/** How many entries a page has when nobody says. AWS: the default of the lists of the control plane. */
const BY_DEFAULT = 25;

/** AWS: `maxResults` and `pageSize` of the control plane. */
const MOST = 250;

/** The part of a request that asks for a page; its token has become the key that it is about, see page-tokens.ts. */
export interface PageRequest {
  readonly nextToken?: string | undefined;
  readonly maxResults?: number | undefined;
  readonly marker?: string | undefined;
  readonly pageSize?: number | undefined;
}

/** The page that the services are asked for. Throws `InvalidRequest` for a size that is none. */
export function pageOf(request: PageRequest): { after?: string; limit: number } {
  const size = request.maxResults === undefined ? 'pageSize' : 'maxResults';
  const limit = request[size] ?? BY_DEFAULT;
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST) {
    throw invalid(size, `'${size}' must be a whole number from 1 to ${MOST}, not ${limit}`);
  }
  const after = request.nextToken ?? request.marker ?? '';
  return after === '' ? { limit } : { limit, after };
}

/** The page of a list that is there as a whole, in the order of its keys. Throws as {@link pageOf}. */
export function pageOfAll<T>(
  all: readonly T[],
  keyOf: (entry: T) => string,
  request: PageRequest,
): { page: T[]; nextToken: string | undefined } {
  const { after = '', limit } = pageOf(request);
  const rest = all
    .map((entry) => ({ entry, key: keyOf(entry) }))
    .filter(({ key }) => key > after)
    .sort((left, right) => (left.key < right.key ? -1 : 1));
  const page = rest.slice(0, limit);
  const nextToken = rest.length > limit ? page.at(-1)?.key : undefined;
  return { page: page.map(({ entry }) => entry), nextToken };
}

/** What the page of a command is called in requests with tokens. */
export const TOKEN_PAGE_FIELDS = { after: 'nextToken', limit: 'maxResults' } as const;

/** What it is called in requests with markers. */
export const MARKER_PAGE_FIELDS = { after: 'marker', limit: 'pageSize' } as const;

function invalid(field: string, message: string): IotError {
  return new IotError('InvalidRequest', message, { details: { field } });
}
