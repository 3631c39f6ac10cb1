import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import type { BillingGroup as RegistryBillingGroup } from '#thingcore/contracts';
import { type Connection, relayConnection } from '../connections/relay-connection.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';

/** A billing group. Its things and its tags are fields of its resolver. */
@ObjectType({ description: 'Things whose costs belong together; a thing is in at most one billing group.' })
export class BillingGroup {
  @Field(() => String, { description: 'Its name; unique, and never changed.' })
  name: string;

  @Field(() => ID, { description: 'Its id; another one when a billing group of the same name is created again.' })
  id: string;

  @Field(() => String, { description: 'Its ARN: arn:aws:iot:{region}:{account}:billinggroup/{name}.' })
  arn: string;

  @Field(() => String, { nullable: true, description: 'What it is for.' })
  description: string | null;

  @Field(() => Int, { description: 'Its version: 1 at first, and one more with every update.' })
  version: number;

  @Field(() => DateTimeScalar, { description: 'When it was created.' })
  createdAt: number;
}

/** A page of billing groups. */
export const BillingGroupConnection = relayConnection(BillingGroup, {
  one: 'billing group',
  many: 'billing groups',
  order: 'in the order of their names if no other is asked for',
});

/** A page of billing groups. */
export type BillingGroupConnection = Connection<BillingGroup>;

/** What `deleteBillingGroup` answers. */
@ObjectType({ description: 'A billing group that was deleted.' })
export class DeletedBillingGroup {
  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => Boolean, { description: 'Whether there was one; false when it was gone before.' })
  deleted: boolean;
}

/** A billing group of the registry. */
export function toBillingGroup(group: RegistryBillingGroup): BillingGroup {
  const { billingGroupName, billingGroupId, billingGroupArn, description, version, createdAt } = group;
  return {
    name: billingGroupName,
    id: billingGroupId,
    arn: billingGroupArn,
    description: description ?? null,
    version,
    createdAt,
  };
}
