import { IotError } from '#thingcore/errors';
import type { ThingTypeRecord } from './thing-type.store.js';

/** There is no such thing type. */
export function thingTypeNotFound(thingTypeName: string): IotError {
  return new IotError('ResourceNotFound', `Thing type ${thingTypeName} does not exist`, {
    details: { field: 'thingTypeName', thingTypeName },
  });
}

/** AWS: "Deprecate a thing type": no new things can be associated with it. */
export function thingTypeDeprecated(thingTypeName: string): IotError {
  return new IotError(
    'InvalidRequest',
    `Thing type ${thingTypeName} is deprecated, no further thing can have it: undo that, or take another type`,
    { details: { field: 'thingTypeName', thingTypeName } },
  );
}

/** Things have the type. */
export function thingTypeInUse(thingTypeName: string): IotError {
  return new IotError(
    'InvalidRequest',
    `Thing type ${thingTypeName} cannot be deleted while things have it: give them another type or none first`,
    { details: { field: 'thingTypeName', thingTypeName } },
  );
}

/**
 * Why a thing type cannot be deleted yet; `undefined` when it can, as far as its deprecation goes.
 * AWS: "Delete a thing type": deprecate it, then wait 5 minutes.
 */
export function tooEarlyToDelete(
  { thingTypeName, deprecatedAt }: ThingTypeRecord,
  waitMs: number,
  now: number,
): IotError | undefined {
  if (deprecatedAt === null) {
    return new IotError(
      'InvalidRequest',
      `Thing type ${thingTypeName} is not deprecated: deprecate it, wait ${waitMs / 1000} s, then delete it`,
      { details: { field: 'thingTypeName', thingTypeName, waitSeconds: waitMs / 1000 } },
    );
  }
  const deletableAt = deprecatedAt.getTime() + waitMs;
  if (now >= deletableAt) return undefined;
  return new IotError(
    'InvalidRequest',
    `Thing type ${thingTypeName} was deprecated less than ${waitMs / 1000} s ago: it can be deleted from ${new Date(deletableAt).toISOString()} on`,
    { details: { field: 'thingTypeName', thingTypeName, deletableAt } },
  );
}
