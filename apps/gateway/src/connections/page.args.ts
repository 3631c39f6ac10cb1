import { ArgsType, Field, Int } from '@nestjs/graphql';
import { checkPageSize, DEFAULT_PAGE_SIZE, keyOfCursor, MAX_PAGE_SIZE } from './cursor.js';

/** The arguments of a list that is read from its beginning on: of a log, of what is put together of several nodes. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    defaultValue: DEFAULT_PAGE_SIZE,
    description: `How many entries to return: 1 to ${MAX_PAGE_SIZE}. The list is read from its beginning on: there is no \`last\`.`,
  })
  first: number;

  @Field(() => String, {
    nullable: true,
    description: 'Return entries behind this cursor; those from the first on when it is left out.',
  })
  after?: string | null;
}

/** What the commands that list take of it. Throws `InvalidRequest` for sizes and cursors that cannot be. */
export function toPageRequest({ first, after }: PageArgs): { limit: number; after: string | undefined } {
  checkPageSize(first);
  return { limit: first, after: after === undefined || after === null ? undefined : keyOfCursor(after) };
}

/** How the fields of {@link toPageRequest} are called in GraphQL. */
export const PAGE_FIELDS = { limit: 'first', after: 'after' } as const;
