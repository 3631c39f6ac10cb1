import { IotError } from '#thingcore/errors';

const POLICY_NAME = /^[\w+=,.@-]{1,128}$/;

/** Throws `InvalidRequest` unless a policy may have this name: in a batch it would spoil the call for the others. */
export function checkPolicyName(name: string, field: string): void {
  if (POLICY_NAME.test(name)) return;
  throw new IotError(
    'InvalidRequest',
    `${JSON.stringify(name)} is no name of a policy: it must be 1 to 128 characters out of letters, digits and _ + = , . @ -`,
    { details: { field } },
  );
}
