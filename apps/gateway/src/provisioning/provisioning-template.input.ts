import { ArgsType, Field, InputType, Int } from '@nestjs/graphql';
import type { createProvisioningTemplate, RequestOf, updateProvisioningTemplate } from '#thingcore/contracts';
import type { JsonValue } from '#thingcore/errors';
import { namedOrder, type NamedOrder } from '../connections/named-order.js';
import { TwoWayPageArgs } from '../connections/two-way-page.args.js';
import { IdempotentInput } from '../mutations/idempotent.input.js';
import { textOfDocument } from '../scalars/json-document.js';
import { JsonScalar } from '../scalars/json.scalar.js';
import { asStringMap } from '../scalars/string-map.js';
import { ProvisioningTemplateType } from './provisioning-template.type.js';

/** Whom a template is to ask. */
@InputType({ description: 'Whom a template asks before it provisions a device.' })
export class PreProvisioningHookInput {
  @Field(() => String, {
    description: 'The http(s) URL that is asked, or the ARN of a Lambda function.',
  })
  targetArn: string;

  @Field(() => String, { defaultValue: '2020-04-01', description: 'The version of the question; there is one.' })
  payloadVersion: string;

  @Field(() => String, {
    nullable: true,
    description: 'A secret, 16 characters or more, that signs what a URL is sent. It is kept sealed and never shown.',
  })
  signingSecret?: string | null;
}

/** What `createProvisioningTemplate` takes. */
@InputType({ description: 'The provisioning template to create.' })
export class CreateProvisioningTemplateInput extends IdempotentInput {
  @Field(() => String, { description: 'Its name: 1 to 36 letters, digits, underscores and hyphens.' })
  name: string;

  @Field(() => JsonScalar, { description: 'Its document, as an object or as the text of one.' })
  templateBody: JsonValue;

  @Field(() => ProvisioningTemplateType, {
    defaultValue: ProvisioningTemplateType.FLEET_PROVISIONING,
    description: 'What it is for.',
  })
  type: ProvisioningTemplateType;

  @Field(() => String, { nullable: true, description: 'What a person writes about it.' })
  description?: string | null;

  @Field(() => Boolean, { defaultValue: false, description: 'Whether it provisions devices at once.' })
  enabled: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'The ARN of a role, kept for tools that send one. It decides nothing here.',
  })
  provisioningRoleArn?: string | null;

  @Field(() => PreProvisioningHookInput, { nullable: true, description: 'Whom it asks before it provisions a device.' })
  preProvisioningHook?: PreProvisioningHookInput | null;

  @Field(() => JsonScalar, { nullable: true, description: 'Its tags: an object of texts, at most 50.' })
  tags?: JsonValue;
}

/** What `updateProvisioningTemplate` takes. */
@InputType({ description: 'What changes of a provisioning template; what is left out stays.' })
export class UpdateProvisioningTemplateInput {
  @Field(() => String, { description: 'The name of the template.' })
  name: string;

  @Field(() => String, { nullable: true, description: 'What a person writes about it.' })
  description?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it provisions devices.' })
  enabled?: boolean | null;

  @Field(() => Int, { nullable: true, description: 'The number of the version that counts from now on.' })
  defaultVersionId?: number | null;

  @Field(() => String, { nullable: true, description: 'The ARN of a role, kept for tools that send one.' })
  provisioningRoleArn?: string | null;

  @Field(() => PreProvisioningHookInput, {
    nullable: true,
    description: 'Whom it asks before it provisions a device; takes the place of the hook before, its secret too.',
  })
  preProvisioningHook?: PreProvisioningHookInput | null;

  @Field(() => Boolean, { defaultValue: false, description: 'Whether it shall ask nobody any more.' })
  removePreProvisioningHook: boolean;
}

/** The order of a list of provisioning templates. */
export const ProvisioningTemplateOrder = namedOrder('ProvisioningTemplate', 'provisioning templates');

/** The arguments of the list of templates. */
@ArgsType()
export class ProvisioningTemplatesArgs extends TwoWayPageArgs {
  @Field(() => String, { nullable: true, description: 'What their names begin with.' })
  namePrefix?: string | null;

  @Field(() => ProvisioningTemplateType, { nullable: true, description: 'What they are for; any when it is left out.' })
  type?: ProvisioningTemplateType | null;

  @Field(() => ProvisioningTemplateOrder, {
    nullable: true,
    description: 'Their order; that of their names when it is left out. A cursor is one of its order.',
  })
  orderBy?: NamedOrder | null;
}

/** How the fields of the commands about templates are called in GraphQL. */
export const TEMPLATE_FIELDS = { templateName: 'name' } as const;

/** The request to create a template. */
export function toCreateTemplateRequest(
  input: CreateProvisioningTemplateInput,
): RequestOf<typeof createProvisioningTemplate> {
  const { name, templateBody, type, enabled, tags } = input;
  return {
    templateName: name,
    templateBody: textOfDocument(templateBody),
    type,
    enabled,
    description: input.description ?? undefined,
    provisioningRoleArn: input.provisioningRoleArn ?? undefined,
    preProvisioningHook: toHookRequest(input.preProvisioningHook),
    tags: asStringMap(tags),
  };
}

/** The request to change a template. */
export function toUpdateTemplateRequest(
  input: UpdateProvisioningTemplateInput,
): RequestOf<typeof updateProvisioningTemplate> {
  return {
    templateName: input.name,
    description: input.description ?? undefined,
    enabled: input.enabled ?? undefined,
    defaultVersionId: input.defaultVersionId ?? undefined,
    provisioningRoleArn: input.provisioningRoleArn ?? undefined,
    preProvisioningHook: toHookRequest(input.preProvisioningHook),
    removePreProvisioningHook: input.removePreProvisioningHook,
  };
}

type HookRequest = RequestOf<typeof createProvisioningTemplate>['preProvisioningHook'];

function toHookRequest(hook: PreProvisioningHookInput | null | undefined): HookRequest {
  if (!hook) return undefined;
  const { targetArn, payloadVersion, signingSecret } = hook;
  // The registry says what there is when it is another one.
  return { targetArn, payloadVersion: payloadVersion as '2020-04-01', signingSecret: signingSecret ?? undefined };
}
