import { Field, InputType, ObjectType } from '@nestjs/graphql';
import type { Policy as RegistryPolicy } from '#thingcore/contracts';
import type { JsonValue } from '#thingcore/errors';
import { JsonScalar } from '../scalars/json.scalar.js';

/** A policy. */
@ObjectType({ description: 'What the holders of certificates may do.' })
export class Policy {
  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => String, { description: 'Its ARN: arn:aws:iot:{region}:{account}:policy/{name}.' })
  arn: string;

  @Field(() => JsonScalar, { description: 'The document of its default version.' })
  document: JsonValue;

  @Field(() => String, { description: 'The id of its default version.' })
  versionId: string;
}

/** What `createPolicy` takes. */
@InputType({ description: 'The policy to create.' })
export class CreatePolicyInput {
  @Field(() => String, { description: 'Its name: 1 to 128 letters, digits and _ + = , . @ -' })
  name: string;

  @Field(() => JsonScalar, { description: 'Its document, as an object or as the text of one.' })
  document: JsonValue;
}

/** What `attachPolicy` and `detachPolicy` take. */
@InputType({ description: 'A policy and the certificate it applies to.' })
export class PolicyAttachmentInput {
  @Field(() => String, { description: 'The name of the policy.' })
  policyName: string;

  @Field(() => String, { description: 'The certificate: its ARN or its id.' })
  target: string;
}

/** What `attachPolicy` and `detachPolicy` answer. */
@ObjectType({ description: 'A policy and a certificate that were attached to, or detached from, each other.' })
export class PolicyAttachment {
  @Field(() => String, { description: 'The name of the policy.' })
  policyName: string;

  @Field(() => String, { description: 'The certificate, as it was given.' })
  target: string;
}

/** A policy of the registry, which keeps the text of its document: checked when it was created, so it is JSON. */
export function toPolicy({ policyName, policyArn, policyDocument, policyVersionId }: RegistryPolicy): Policy {
  return {
    name: policyName,
    arn: policyArn,
    document: JSON.parse(policyDocument) as JsonValue,
    versionId: policyVersionId,
  };
}
