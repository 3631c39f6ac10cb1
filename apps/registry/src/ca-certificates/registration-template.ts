import { reviveError, IotError } from '#thingcore/errors';
import { parseProvisioningTemplate } from '#thingcore/provisioning-template';

const FIELD = 'registrationConfig.templateBody';

/**
 * Refuses a template that just-in-time provisioning could not run. InvalidRequest, with the place in the template as
 * `details.place` and, where known, its line and column.
 */
export function checkRegistrationTemplate(templateBody: string): void {
  try {
    parseProvisioningTemplate(templateBody, 'JITP');
  } catch (error) {
    const { code, message, details } = reviveError(error);
    throw new IotError(code, `The provisioning template cannot be used: ${message}`, {
      details: { ...details, place: details?.field ?? '', field: FIELD },
      cause: error,
    });
  }
}
