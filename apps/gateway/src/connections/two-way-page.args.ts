import { ArgsType, Field, Int } from '@nestjs/graphql';
import { IotError } from '#thingcore/errors';
import { checkPageSize, DEFAULT_PAGE_SIZE, keyOfCursor, MAX_PAGE_SIZE } from './cursor.js';

/** The arguments of a list that can be walked from both ends, as Relay has them. */
@ArgsType()
export class TwoWayPageArgs {
  @Field(() => Int, {
    nullable: true,
    description: `How many entries to return from the beginning: 1 to ${MAX_PAGE_SIZE}; ${DEFAULT_PAGE_SIZE} when \`last\` is left out too.`,
  })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Only entries behind this cursor.' })
  after?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: `How many entries to return from the end, in the order of the list: 1 to ${MAX_PAGE_SIZE}.`,
  })
  last?: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'Only entries before this cursor. Lists that can be long take it with `last`, and without `after`.',
  })
  before?: string | null;
}

/** How a list is ordered. */
export interface PageOrder {
  readonly isAscending: boolean;
  /** What it is ordered by, where that is another than its usual order. */
  readonly by?: string | undefined;
}

/** What the commands that list take of a page. */
export interface TwoWayPageRequest {
  readonly limit: number;
  /** The key behind which the page begins, in the order in which the service reads. */
  readonly after: string | undefined;
  /** The order in which the service reads: against that of the list for a page from its end. */
  readonly isAscending: boolean;
}

/**
 * What the commands that list take of a page: one from the end is the beginning of the list read the other way round.
 * Throws `InvalidRequest` for sizes and cursors that cannot be, and for what is both from the beginning and from the end.
 */
export function toTwoWayPageRequest(
  args: TwoWayPageArgs,
  { isAscending, by }: PageOrder = { isAscending: true },
): TwoWayPageRequest {
  const limit = sizeOf(args);
  const isBackward = isGiven(args.last);
  if (isBackward && isGiven(args.after)) throw oneWay('after', '`after` goes with `first`, `before` with `last`');
  if (!isBackward && isGiven(args.before)) throw oneWay('before', '`before` goes with `last`, `after` with `first`');
  const [cursor, field] = isBackward ? [args.before, 'before'] : [args.after, 'after'];
  return {
    limit,
    after: isGiven(cursor) ? keyOfCursor(cursor, field, by) : undefined,
    isAscending: isAscending !== isBackward,
  };
}

/** How many entries are asked for. Throws `InvalidRequest` for sizes that cannot be, and for both ends at once. */
export function sizeOf({ first, last }: TwoWayPageArgs): number {
  if (isGiven(first) && isGiven(last)) {
    throw oneWay('last', 'A page is of the first or of the last entries: give one of the two');
  }
  if (isGiven(last)) checkPageSize(last, 'last');
  if (isGiven(first)) checkPageSize(first);
  return last ?? first ?? DEFAULT_PAGE_SIZE;
}

/** Whether an argument has a value: null is as good as nothing. */
export function isGiven<Value>(value: Value | null | undefined): value is Value {
  return value !== undefined && value !== null;
}

function oneWay(field: string, message: string): IotError {
  return new IotError('InvalidRequest', message, { details: { field } });
}
