import { ArgsType, Field, InputType } from '@nestjs/graphql';
import type { JsonValue } from '#thingcore/errors';
import { namedOrder, type NamedOrder } from '../connections/named-order.js';
import { TwoWayPageArgs } from '../connections/two-way-page.args.js';
import { IdempotentInput } from '../mutations/idempotent.input.js';
import { JsonScalar } from '../scalars/json.scalar.js';

/** The order of a list of policies. */
export const PolicyOrder = namedOrder('Policy', 'policies');

/** The arguments of `policies`. */
@ArgsType()
export class PoliciesArgs extends TwoWayPageArgs {
  @Field(() => PolicyOrder, {
    nullable: true,
    description: 'Their order; that of their names when it is left out. A cursor is one of its order.',
  })
  orderBy?: NamedOrder | null;
}

/** What `createPolicy` takes. */
@InputType({ description: 'The policy to create.' })
export class CreatePolicyInput extends IdempotentInput {
  @Field(() => String, { description: 'Its name: 1 to 128 letters, digits and _ + = , . @ -' })
  name: string;

  @Field(() => JsonScalar, { description: 'Its document, as an object or as the text of one.' })
  document: JsonValue;

  @Field(() => JsonScalar, { nullable: true, description: 'Its tags: an object of texts, at most 50.' })
  tags?: JsonValue;
}

/** How the fields of the commands that create and delete policies are called in GraphQL. */
export const POLICY_FIELDS = { policyName: 'name', policyDocument: 'document' } as const;
