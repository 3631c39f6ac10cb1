import { ArgsType, Field, Int } from '@nestjs/graphql';
import { checkPageSize, keyOfCursor, MAX_PAGE_SIZE } from './cursor.js';

/** The arguments of every list. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, { defaultValue: 50, description: `How many entries to return: 1 to ${MAX_PAGE_SIZE}.` })
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
