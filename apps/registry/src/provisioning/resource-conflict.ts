import { IotError } from '#thingcore/errors';

/** AWS: OverrideSettings, "FAIL": the resource exists already and is not as the template says. */
export function resourceConflict(logicalName: string, property: string, resource: string): IotError {
  return new IotError(
    'ResourceAlreadyExists',
    `${resource} exists already with another ${property} than the template says, and its OverrideSettings want that to fail`,
    { details: { field: `Resources.${logicalName}.Properties.${property}` } },
  );
}
