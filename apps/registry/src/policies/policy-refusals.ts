import { IotError } from '#thingcore/errors';
import type { PolicyTarget } from './policy-target.js';

/** There is no policy of that name. */
export function missingPolicy(policyName: string, field = 'policyName'): IotError {
  return new IotError('ResourceNotFound', `Policy ${policyName} does not exist`, {
    details: { field, policyName },
  });
}

/** The policy has no such version; `versions` are those it has. */
export function missingVersion(policyName: string, policyVersionId: string, versions: string[]): IotError {
  return new IotError(
    'ResourceNotFound',
    `Policy ${policyName} has no version ${policyVersionId}; it has ${versions.join(', ')}`,
    { details: { field: 'policyVersionId', policyName, policyVersionId, versions } },
  );
}

/** There is nothing of that name that a policy could be attached to. */
export function missingTarget({ kind, name }: PolicyTarget): IotError {
  return kind === 'certificate'
    ? new IotError('ResourceNotFound', `Certificate ${name} does not exist`, {
        details: { field: 'target', certificateId: name },
      })
    : new IotError('ResourceNotFound', `Thing group ${name} does not exist`, {
        details: { field: 'target', thingGroupName: name },
      });
}
