import { Field, InputType, ObjectType } from '@nestjs/graphql';
import { type Connection, relayConnection } from '../connections/relay-connection.js';

/** What `attachPolicy` and `detachPolicy` take. */
@InputType({ description: 'A policy and the certificate or thing group it applies to.' })
export class PolicyAttachmentInput {
  @Field(() => String, { description: 'The name of the policy.' })
  policyName: string;

  @Field(() => String, { description: 'A certificate, its ARN or its id, or the ARN of a thing group.' })
  target: string;
}

/** What `attachPolicy` and `detachPolicy` answer. The policy is a field of its resolver. */
@ObjectType({ description: 'A policy and what it was attached to, or detached from.' })
export class PolicyAttachment {
  @Field(() => String, { description: 'The name of the policy.' })
  policyName: string;

  @Field(() => String, { description: 'The certificate or the thing group, as it was given.' })
  target: string;
}

/** What a policy is attached to. The certificate or thing group itself is a field of its resolver. */
@ObjectType({ description: 'What a policy is attached to: a certificate or a thing group.' })
export class PolicyTarget {
  @Field(() => String, { description: 'The ARN of the certificate or the thing group.' })
  arn: string;
}

/** A page of targets. */
export const PolicyTargetConnection = relayConnection(PolicyTarget, {
  one: 'target',
  many: 'targets',
  order: 'certificates before thing groups, in the order of their ids and names',
});

/** A page of targets. */
export type PolicyTargetConnection = Connection<PolicyTarget>;
