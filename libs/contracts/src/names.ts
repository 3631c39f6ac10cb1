import { SHADOW_NAME_PATTERN, THING_NAME_PATTERN } from '#thingcore/topics';
import { z } from 'zod';

/** The name of a thing: 1 to 128 of `a-z A-Z 0-9 : _ -`. */
export const thingName = z
  .string()
  .regex(THING_NAME_PATTERN, 'must be 1 to 128 characters out of a-z, A-Z, 0-9, colon, underscore and hyphen');

/** The name of a named shadow: 1 to 64 of `$ a-z A-Z 0-9 : _ -`. */
export const shadowName = z
  .string()
  .regex(SHADOW_NAME_PATTERN, 'must be 1 to 64 characters out of a-z, A-Z, 0-9, dollar, colon, underscore and hyphen');

/** The id of a certificate: SHA-256 over its DER form, 64 lower-case hex digits. */
export const certificateId = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits');

/** The name of a policy. */
export const policyName = z
  .string()
  .regex(/^[\w+=,.@-]{1,128}$/, 'must be 1 to 128 characters out of letters, digits and _ + = , . @ -');

/** The name of a topic rule. */
export const ruleName = z
  .string()
  .regex(/^[a-zA-Z0-9_]{1,128}$/, 'must be 1 to 128 characters out of a-z, A-Z, 0-9 and underscore');

/** What a policy or a thing can be attached to: a certificate, by its ARN or its id. */
export const certificateReference = z
  .string()
  .regex(
    /^(arn:aws:iot:[^:]*:[^:]*:cert\/)?[0-9a-f]{64}$/,
    'must be the ARN of a certificate, or its id (64 lower-case hexadecimal digits)',
  );

/** The name of a thing type. */
export const thingTypeName = z
  .string()
  .regex(THING_NAME_PATTERN, 'must be 1 to 128 characters out of a-z, A-Z, 0-9, colon, underscore and hyphen');

/** The name of a thing group. */
export const thingGroupName = z
  .string()
  .regex(THING_NAME_PATTERN, 'must be 1 to 128 characters out of a-z, A-Z, 0-9, colon, underscore and hyphen');

/** The name of a billing group. */
export const billingGroupName = z
  .string()
  .regex(THING_NAME_PATTERN, 'must be 1 to 128 characters out of a-z, A-Z, 0-9, colon, underscore and hyphen');

/** The id of a version of a policy: a number from 1 on, as text. */
export const policyVersionId = z.string().regex(/^[1-9][0-9]{0,8}$/, 'must be a number from 1 on, such as "2"');

/** What a policy can be attached to: a certificate by its ARN or id, or a thing group by its ARN. */
export const policyTarget = z
  .string()
  .regex(
    /^((arn:aws:iot:[^:]*:[^:]*:cert\/)?[0-9a-f]{64}|arn:aws:iot:[^:]*:[^:]*:thinggroup\/[a-zA-Z0-9:_-]{1,128})$/,
    'must be the ARN or id of a certificate, or the ARN of a thing group',
  );

/** The name of a provisioning template. */
export const provisioningTemplateName = z
  .string()
  .regex(/^[0-9A-Za-z_-]{1,36}$/, 'must be 1 to 36 characters out of letters, digits, underscore and hyphen');

/** A PEM block: a certificate or a certificate signing request. */
export const pem = z.string().max(16_384, 'must be at most 16384 characters of PEM');
