import { IotError } from '#thingcore/errors';

const TEMPLATE_NAME = /^[0-9A-Za-z_-]{1,36}$/;

/** Throws `InvalidRequest` unless a template may have this name: in a batch it would spoil the call for the others. */
export function checkTemplateName(name: string, field: string): void {
  if (TEMPLATE_NAME.test(name)) return;
  throw new IotError(
    'InvalidRequest',
    `${JSON.stringify(name)} is no name of a provisioning template: it must be 1 to 36 letters, digits, underscores and hyphens`,
    { details: { field } },
  );
}
