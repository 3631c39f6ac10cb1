import { IotError } from '#thingcore/errors';

/** AWS: `expectedVersion` other than the stored version is VersionConflict; without one nothing is checked. */
export function checkVersion(subject: string, version: number, expectedVersion: number | undefined): void {
  if (expectedVersion === undefined || expectedVersion === version) return;
  throw new IotError(
    'VersionConflict',
    `The version of ${subject} is ${version}, not ${expectedVersion}: read it again and repeat the change`,
    { details: { field: 'expectedVersion', expectedVersion, version } },
  );
}
