import { ArgsType, Field, InputType, Int } from '@nestjs/graphql';
import type { JsonValue } from '#thingcore/errors';
import { namedOrder, type NamedOrder } from '../connections/named-order.js';
import { PAGE_FIELDS } from '../connections/page.args.js';
import { TwoWayPageArgs } from '../connections/two-way-page.args.js';
import { IdempotentInput } from '../mutations/idempotent.input.js';
import { JsonScalar } from '../scalars/json.scalar.js';

/** Which billing groups a list has. */
@InputType({ description: 'Which billing groups to return.' })
export class BillingGroupFilter {
  @Field(() => String, { nullable: true, description: 'Their names begin with this.' })
  namePrefix?: string | null;
}

/** The order of a list of billing groups. */
export const BillingGroupOrder = namedOrder('BillingGroup', 'billing groups');

/** The arguments of `billingGroups`. */
@ArgsType()
export class BillingGroupsArgs extends TwoWayPageArgs {
  @Field(() => BillingGroupFilter, {
    nullable: true,
    description: 'Which billing groups to return; all when it is left out.',
  })
  filter?: BillingGroupFilter | null;

  @Field(() => BillingGroupOrder, {
    nullable: true,
    description: 'Their order; that of their names when it is left out. A cursor is one of its order.',
  })
  orderBy?: NamedOrder | null;
}

/** What `createBillingGroup` takes. */
@InputType({ description: 'The billing group to create.' })
export class CreateBillingGroupInput extends IdempotentInput {
  @Field(() => String, { description: 'Its name: 1 to 128 of a-z, A-Z, 0-9, colon, underscore and hyphen.' })
  name: string;

  @Field(() => String, { nullable: true, description: 'What it is for: at most 2028 characters.' })
  description?: string | null;

  @Field(() => JsonScalar, { nullable: true, description: 'Its tags: an object of texts, at most 50.' })
  tags?: JsonValue;
}

/** What `updateBillingGroup` takes. */
@InputType({ description: 'What changes of a billing group.' })
export class UpdateBillingGroupInput {
  @Field(() => String, { description: 'The name of the billing group.' })
  name: string;

  @Field(() => String, { description: 'What it is for: at most 2028 characters.' })
  description: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'The version the update is based on; when it is another one by now, that is the error VersionConflict.',
  })
  expectedVersion?: number | null;
}

/** What `deleteBillingGroup` takes. */
@InputType({ description: 'The billing group to delete.' })
export class DeleteBillingGroupInput {
  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => Int, {
    nullable: true,
    description: 'The version that was seen; when it is another one by now, that is the error VersionConflict.',
  })
  expectedVersion?: number | null;
}

/** What `addThingToBillingGroup` and `removeThingFromBillingGroup` take. */
@InputType({ description: 'A thing and a billing group.' })
export class BillingGroupMembershipInput {
  @Field(() => String, { description: 'The name of the thing.' })
  thingName: string;

  @Field(() => String, { description: 'The name of the billing group.' })
  billingGroupName: string;
}

/** How the fields of the commands that change billing groups are called in GraphQL. */
export const BILLING_GROUP_FIELDS = { billingGroupName: 'name' } as const;

/** How the fields of the command that lists billing groups are called in GraphQL. */
export const LIST_BILLING_GROUPS_FIELDS = { ...PAGE_FIELDS, namePrefix: 'filter.namePrefix' } as const;
