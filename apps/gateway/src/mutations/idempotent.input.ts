import { Field, InputType } from '@nestjs/graphql';

/** What the inputs of mutations that create something take besides. Resolvers do not see it. */
@InputType({ isAbstract: true })
export abstract class IdempotentInput {
  @Field(() => String, {
    nullable: true,
    description:
      'A text of your own, a UUID say, 1 to 255 visible ASCII characters: a request that is sent again with the same key within 24 hours answers what the first one did and creates nothing. The same key with another input is refused.',
  })
  idempotencyKey?: string | null;
}
