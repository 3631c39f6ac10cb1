import { IotError } from '#thingcore/errors';

/** There is no template of that name. */
export function missingTemplate(templateName: string, field = 'templateName'): IotError {
  return new IotError('ResourceNotFound', `Provisioning template ${templateName} does not exist`, {
    details: { field, templateName },
  });
}

/** The template has no such version; `versions` are those it has. */
export function missingTemplateVersion(
  field: string,
  templateName: string,
  versionId: number,
  versions: number[],
): IotError {
  return new IotError(
    'ResourceNotFound',
    `Provisioning template ${templateName} has no version ${versionId}; it has ${versions.join(', ')}`,
    { details: { field, templateName, versionId, versions } },
  );
}

/** The template is of the other type. */
export function wrongTemplateType(field: string, templateName: string, wanted: string, type: string): IotError {
  return new IotError(
    'InvalidRequest',
    `Provisioning template ${templateName} is of the type ${type}, and only one of the type ${wanted} can do this`,
    { details: { field, templateName, type } },
  );
}

/** AWS: CreateProvisioningTemplate, "enabled": a template that is not enabled provisions nothing. */
export function disabledTemplate(code: 'Forbidden' | 'InvalidRequest', templateName: string): IotError {
  return new IotError(code, `Provisioning template ${templateName} is not enabled and provisions nothing`, {
    details: { templateName },
  });
}
