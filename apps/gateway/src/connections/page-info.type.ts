import { Field, ObjectType } from '@nestjs/graphql';

/** Where a page lies in its list. */
@ObjectType({ description: 'Where a page lies in its list, as Relay has it.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether there is more after this page.' })
  hasNextPage: boolean;

  @Field(() => Boolean, { description: 'Whether there is something before this page.' })
  hasPreviousPage: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      'The cursor of the first edge; pass it as `before` to get the page before. Null when there is nothing and no page before.',
  })
  startCursor: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The cursor of the last edge; pass it as `after` to get the next page. Null when there is nothing and no next page.',
  })
  endCursor: string | null;
}
