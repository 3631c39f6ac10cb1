import { IotError } from '#thingcore/errors';
import type { AttachedPrincipal, AttachedThing } from './thing-principal.store.js';

/** There is no such thing. */
export function thingNotFound(thingName: string): IotError {
  return new IotError('ResourceNotFound', `Thing ${thingName} does not exist`, {
    details: { field: 'thingName', thingName },
  });
}

/** There is no such certificate. */
export function principalNotFound(certificateId: string): IotError {
  return new IotError('ResourceNotFound', `Certificate ${certificateId} does not exist`, {
    details: { field: 'principal', certificateId },
  });
}

/** AWS: DeleteThing, "Cannot delete. Thing … is still attached to one or more principals". */
export function thingStillAttached(thingName: string, principals: AttachedPrincipal[]): IotError {
  const certificateIds = principals.map(({ certificateId }) => certificateId);
  return new IotError(
    'InvalidRequest',
    `Cannot delete. Thing ${thingName} is still attached to one or more principals: detach ${certificateIds.join(', ')} first`,
    { details: { field: 'thingName', thingName, principals: certificateIds } },
  );
}

/** AWS: AttachThingPrincipal, a certificate changes how it belongs to a thing by being detached and attached again. */
export function attachedOtherwise(certificateId: string, { thingName, thingPrincipalType }: AttachedThing): IotError {
  return new IotError(
    'InvalidRequest',
    `Certificate ${certificateId} is attached to thing ${thingName} as ${thingPrincipalType}: detach it first, then attach it anew`,
    { details: { field: 'thingPrincipalType', thingName, thingPrincipalType } },
  );
}

/** AWS: an exclusive thing is the only one of its certificate. */
export function attachedElsewhere(certificateId: string, { thingName, thingPrincipalType }: AttachedThing): IotError {
  return new IotError(
    'InvalidRequest',
    thingPrincipalType === 'EXCLUSIVE_THING'
      ? `Certificate ${certificateId} belongs exclusively to thing ${thingName}: detach it there first`
      : `Certificate ${certificateId} cannot belong to one thing exclusively while it is attached to thing ${thingName}: detach it there first`,
    { details: { field: 'principal', thingName, thingPrincipalType } },
  );
}
