import { Field, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { ProvisioningTemplateRecord } from '#thingcore/contracts';
import type { JsonValue } from '#thingcore/errors';
import { type NamedPageArgs, toNamedConnection } from '../connections/named-order.js';
import { type Connection, relayConnection } from '../connections/relay-connection.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';
import { jsonOfText } from '../scalars/json-document.js';
import { JsonScalar } from '../scalars/json.scalar.js';

/** What provisioning templates are for. */
export const ProvisioningTemplateType = { FLEET_PROVISIONING: 'FLEET_PROVISIONING', JITP: 'JITP' } as const;

/** What a provisioning template is for. */
export type ProvisioningTemplateType = keyof typeof ProvisioningTemplateType;

registerEnumType(ProvisioningTemplateType, {
  name: 'ProvisioningTemplateType',
  description: 'What a provisioning template is for.',
  valuesMap: {
    FLEET_PROVISIONING: { description: 'Devices that ask over MQTT with a claim certificate.' },
    JITP: { description: "First connections with certificates of the operator's CAs (just-in-time provisioning)." },
  },
});

/** Whom a template asks before it provisions a device. */
@ObjectType({ description: 'Whom a template asks before it provisions a device.' })
export class PreProvisioningHook {
  @Field(() => String, { description: 'The version of the question.' })
  payloadVersion: string;

  @Field(() => String, { description: 'The URL that is asked, or the ARN of the Lambda function.' })
  targetArn: string;

  @Field(() => Boolean, { description: 'Whether a secret signs what a URL is sent. The secret itself is not shown.' })
  isSigned: boolean;
}

/** A provisioning template. Its versions and tags are fields of its resolvers. */
@ObjectType({ description: 'What devices become when they provision themselves.' })
export class ProvisioningTemplate {
  @Field(() => String, { description: 'Its name; unique, and never changed.' })
  name: string;

  @Field(() => String, { description: 'Its ARN: arn:aws:iot:{region}:{account}:provisioningtemplate/{name}.' })
  arn: string;

  @Field(() => String, { nullable: true, description: 'What a person wrote about it.' })
  description: string | null;

  @Field(() => ProvisioningTemplateType, { description: 'What it is for; never changed.' })
  type: ProvisioningTemplateType;

  @Field(() => Boolean, { description: 'Whether it provisions devices.' })
  enabled: boolean;

  @Field(() => Int, { description: 'The number of its default version, the one that counts.' })
  defaultVersionId: number;

  @Field(() => JsonScalar, { description: 'The document of its default version.' })
  templateBody: JsonValue;

  @Field(() => String, { description: 'The text of the document of its default version, exactly as it was given.' })
  templateBodyText: string;

  @Field(() => String, {
    nullable: true,
    description: 'The role that was given with it. It is kept, and decides nothing here.',
  })
  provisioningRoleArn: string | null;

  @Field(() => PreProvisioningHook, { nullable: true, description: 'Whom it asks first; null when it asks nobody.' })
  preProvisioningHook: PreProvisioningHook | null;

  @Field(() => DateTimeScalar, { description: 'When it was created.' })
  createdAt: number;

  @Field(() => DateTimeScalar, { description: 'When it, or its default version, was last changed.' })
  lastModifiedAt: number;
}

/** A page of provisioning templates. */
export const ProvisioningTemplateConnection = relayConnection(ProvisioningTemplate, {
  one: 'provisioning template',
  many: 'provisioning templates',
});

/** A page of provisioning templates. */
export type ProvisioningTemplateConnection = Connection<ProvisioningTemplate>;

/** What `deleteProvisioningTemplate` answers. */
@ObjectType({ description: 'A provisioning template that was deleted.' })
export class DeletedProvisioningTemplate {
  @Field(() => String, { description: 'Its name.' })
  name: string;
}

/** A template of the registry, which has checked its document. */
export function toProvisioningTemplate(record: ProvisioningTemplateRecord): ProvisioningTemplate {
  const { templateName, templateArn, type, enabled, defaultVersionId, templateBody, createdAt, lastModifiedAt } =
    record;
  return {
    name: templateName,
    arn: templateArn,
    description: record.description ?? null,
    type,
    enabled,
    defaultVersionId,
    templateBody: jsonOfText(templateBody),
    templateBodyText: templateBody,
    provisioningRoleArn: record.provisioningRoleArn ?? null,
    preProvisioningHook: record.preProvisioningHook ?? null,
    createdAt,
    lastModifiedAt,
  };
}

/** A page of templates of the registry, and what it was asked for with. */
export function toProvisioningTemplateConnection(
  { templates, nextToken }: { templates: readonly ProvisioningTemplateRecord[]; nextToken?: string | undefined },
  page: NamedPageArgs,
): ProvisioningTemplateConnection {
  return toNamedConnection(templates.map(toProvisioningTemplate), nextToken, page);
}
