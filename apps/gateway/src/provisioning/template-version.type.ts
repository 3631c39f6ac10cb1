import { Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import type { ProvisioningTemplateVersion as RegistryTemplateVersion } from '#thingcore/contracts';
import type { JsonValue } from '#thingcore/errors';
import { IdempotentInput } from '../mutations/idempotent.input.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';
import { jsonOfText } from '../scalars/json-document.js';
import { JsonScalar } from '../scalars/json.scalar.js';

/** A version of a provisioning template. */
@ObjectType({ description: 'A version of a provisioning template; a template has at most five.' })
export class ProvisioningTemplateVersion {
  @Field(() => String, { description: 'The name of the template.' })
  templateName: string;

  @Field(() => Int, { description: 'Its number, counted from 1.' })
  versionId: number;

  @Field(() => JsonScalar, { description: 'Its document.' })
  templateBody: JsonValue;

  @Field(() => String, { description: 'The text of its document, exactly as it was given.' })
  templateBodyText: string;

  @Field(() => Boolean, { description: 'Whether it is the version that counts.' })
  isDefault: boolean;

  @Field(() => DateTimeScalar, { description: 'When it was created.' })
  createdAt: number;
}

/** What `createProvisioningTemplateVersion` takes. */
@InputType({ description: 'The version to add to a provisioning template.' })
export class CreateProvisioningTemplateVersionInput extends IdempotentInput {
  @Field(() => String, { description: 'The name of the template.' })
  templateName: string;

  @Field(() => JsonScalar, { description: 'Its document, as an object or as the text of one.' })
  templateBody: JsonValue;

  @Field(() => Boolean, { defaultValue: false, description: 'Whether it is the version that counts at once.' })
  setAsDefault: boolean;
}

/** What `deleteProvisioningTemplateVersion` takes. */
@InputType({ description: 'A version of a provisioning template.' })
export class ProvisioningTemplateVersionInput {
  @Field(() => String, { description: 'The name of the template.' })
  templateName: string;

  @Field(() => Int, { description: 'The number of the version.' })
  versionId: number;
}

/** What `deleteProvisioningTemplateVersion` answers. */
@ObjectType({ description: 'A version of a provisioning template that was deleted.' })
export class DeletedProvisioningTemplateVersion {
  @Field(() => String, { description: 'The name of the template.' })
  templateName: string;

  @Field(() => Int, { description: 'The number of the version.' })
  versionId: number;
}

/** A version of the registry. */
export function toProvisioningTemplateVersion({
  templateName,
  versionId,
  templateBody,
  isDefaultVersion,
  createdAt,
}: RegistryTemplateVersion): ProvisioningTemplateVersion {
  return {
    templateName,
    versionId,
    templateBody: jsonOfText(templateBody),
    templateBodyText: templateBody,
    isDefault: isDefaultVersion,
    createdAt,
  };
}
