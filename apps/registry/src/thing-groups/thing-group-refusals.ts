import { IotError } from '#thingcore/errors';

/** There is no group of that name. */
export function missingThingGroup(thingGroupName: string, field = 'thingGroupName'): IotError {
  return new IotError('ResourceNotFound', `Thing group ${thingGroupName} does not exist`, {
    details: { field, thingGroupName },
  });
}

/** Somebody has changed the group since the caller read it. */
export function staleThingGroup(thingGroupName: string, version: number, expectedVersion: number): IotError {
  return new IotError(
    'VersionConflict',
    `The version for thing group ${thingGroupName} does not match the expected version: it is ${version}, not ` +
      `${expectedVersion}. Read the group and decide again`,
    { details: { field: 'expectedVersion', thingGroupName, version, expectedVersion } },
  );
}
