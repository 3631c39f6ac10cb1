import type { ProvisioningTemplateRecord, ProvisioningTemplateVersion } from '#thingcore/contracts';
import type { RegistryContext } from '../changes/registry-context.js';
import type { TemplateHook, TemplateRecord } from './provisioning-template.store.js';
import type { TemplateVersionRecord } from './template-version.store.js';

/** A stored template as callers see it: the secret of its hook stays inside. */
export function toTemplate(context: RegistryContext, record: TemplateRecord): ProvisioningTemplateRecord {
  const { templateName, type, description, enabled, defaultVersion, templateBody, provisioningRoleArn, hook } = record;
  return {
    templateName,
    templateArn: context.arn('provisioningtemplate', templateName),
    ...(description === null ? {} : { description }),
    type,
    enabled,
    defaultVersionId: defaultVersion,
    templateBody,
    ...(provisioningRoleArn === null ? {} : { provisioningRoleArn }),
    ...(hook === null ? {} : { preProvisioningHook: toHook(hook) }),
    createdAt: record.createdAt.getTime(),
    lastModifiedAt: record.lastModifiedAt.getTime(),
  };
}

/** A stored version as callers see it. */
export function toTemplateVersion(record: TemplateVersionRecord): ProvisioningTemplateVersion {
  const { templateName, version, templateBody, isDefault, createdAt } = record;
  return {
    templateName,
    versionId: version,
    templateBody,
    isDefaultVersion: isDefault,
    createdAt: createdAt.getTime(),
  };
}

function toHook({ payloadVersion, target, sealedSecret }: TemplateHook) {
  return { payloadVersion, targetArn: target, isSigned: sealedSecret !== null };
}
