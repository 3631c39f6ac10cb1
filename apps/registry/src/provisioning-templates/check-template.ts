import { IotError, reviveError } from '#thingcore/errors';
import {
  parseProvisioningTemplate,
  type ProvisioningTemplate,
  type TemplateKind,
} from '#thingcore/provisioning-template';

/**
 * Reads the template that a field of a request holds. InvalidRequest, with the place in the template as `details.place`
 * and, where known, its line and column, for one that is none of that kind.
 */
export function checkTemplate(field: string, templateBody: string, kind: TemplateKind): ProvisioningTemplate {
  try {
    return parseProvisioningTemplate(templateBody, kind);
  } catch (error) {
    const { code, message, details } = reviveError(error);
    if (code === 'Internal') throw error;
    throw new IotError(code, `The provisioning template cannot be used: ${message}`, {
      details: { ...details, place: details?.['field'] ?? '', field },
      cause: error,
    });
  }
}
