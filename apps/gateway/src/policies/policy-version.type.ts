import { Field, InputType, ObjectType } from '@nestjs/graphql';
import type { PolicyVersion as RegistryPolicyVersion } from '#thingcore/contracts';
import type { JsonValue } from '#thingcore/errors';
import { IdempotentInput } from '../mutations/idempotent.input.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';
import { jsonOfText } from '../scalars/json-document.js';
import { JsonScalar } from '../scalars/json.scalar.js';

/** A version of a policy. Its warnings are a field of its resolver. */
@ObjectType({ description: 'A version of a policy; a policy has at most five.' })
export class PolicyVersion {
  @Field(() => String, { description: 'The name of the policy.' })
  policyName: string;

  @Field(() => String, { description: 'Its id: a number from 1 on.' })
  versionId: string;

  @Field(() => JsonScalar, { description: 'Its document.' })
  document: JsonValue;

  @Field(() => String, { description: 'The text of its document, exactly as it was given.' })
  documentText: string;

  @Field(() => Boolean, { description: 'Whether it is the version that counts.' })
  isDefault: boolean;

  @Field(() => DateTimeScalar, { description: 'When it was created.' })
  createdAt: number;
}

/** What `createPolicyVersion` takes. */
@InputType({ description: 'The version to add to a policy.' })
export class CreatePolicyVersionInput extends IdempotentInput {
  @Field(() => String, { description: 'The name of the policy.' })
  policyName: string;

  @Field(() => JsonScalar, { description: 'Its document, as an object or as the text of one.' })
  document: JsonValue;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether it is the version that counts at once; live connections follow.',
  })
  setAsDefault: boolean;
}

/** What `setDefaultPolicyVersion` and `deletePolicyVersion` take. */
@InputType({ description: 'A version of a policy.' })
export class PolicyVersionInput {
  @Field(() => String, { description: 'The name of the policy.' })
  policyName: string;

  @Field(() => String, { description: 'The id of the version.' })
  versionId: string;
}

/** What `deletePolicyVersion` answers. */
@ObjectType({ description: 'A version of a policy that was deleted.' })
export class DeletedPolicyVersion {
  @Field(() => String, { description: 'The name of the policy.' })
  policyName: string;

  @Field(() => String, { description: 'The id of the version.' })
  versionId: string;
}

/** How the fields of the commands about versions are called in GraphQL. */
export const POLICY_VERSION_FIELDS = { policyDocument: 'document', policyVersionId: 'versionId' } as const;

/** A version of the registry. */
export function toPolicyVersion({
  policyName,
  policyVersionId,
  policyDocument,
  isDefaultVersion,
  createdAt,
}: RegistryPolicyVersion): PolicyVersion {
  return {
    policyName,
    versionId: policyVersionId,
    document: jsonOfText(policyDocument),
    documentText: policyDocument,
    isDefault: isDefaultVersion,
    createdAt,
  };
}
