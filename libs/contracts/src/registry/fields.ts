import { z } from 'zod';

/** The name of an attribute of a thing or group. */
export const attributeName = z
  .string()
  .regex(/^[a-zA-Z0-9_.,@/:#-]{1,128}$/, 'must be 1 to 128 characters out of a-z, A-Z, 0-9 and _ . , @ / : # -');

/** The value of an attribute of a thing or group. */
export const attributeValue = z
  .string()
  .regex(
    /^[a-zA-Z0-9_.,@/:#=[\]-]{0,800}$/,
    'must be at most 800 characters out of a-z, A-Z, 0-9 and _ . , @ / : # = [ ] -',
  );

/** Attributes by their names. */
export const attributes = z.record(attributeName, attributeValue);

/** The version that the caller has seen; the change is refused with VersionConflict when it is another one by now. */
export const expectedVersion = z.int().min(1).optional();

/** How many entries a page has at most. */
export const pageLimit = z.int().min(1).max(250).default(100);

/** The order of a list of what has names: that of the names, or of the creation and, of the same moment, of the names. */
export const namedOrder = {
  orderBy: z.enum(['name', 'createdAt']).default('name'),
  isAscending: z.boolean().default(true),
};

/** Where a page of a list in a {@link namedOrder} begins: behind the `nextToken` of a page in the same order. */
export const namedPageToken = z
  .string()
  .regex(/^(?:[0-9]{1,15}:)?[a-zA-Z0-9:_-]{1,128}$/, 'must be the nextToken of a page: pass it as it was answered');

/** What a person may write about a resource. */
export const description = z
  .string()
  .max(2028, 'must be at most 2028 characters')
  .regex(/^[\p{L}\p{M}\p{N}\p{P}\p{S}\x20]*$/u, 'must be printable characters and spaces');

/** The ARN of a role, kept for callers that send it: the platform acts with its own rights. */
export const roleArn = z
  .string()
  .max(2048)
  .regex(
    /^arn:aws[a-z-]*:iam::[0-9]{12}:role\/.+$/,
    'must be the ARN of a role, such as arn:aws:iam::123456789012:role/NAME',
  );

/** Tags of a resource by their keys. */
export const tags = z.record(
  z
    .string()
    .regex(/^[\p{L}\p{N} +\-=._:/@]{1,128}$/u, 'must be 1 to 128 letters, digits, spaces and + - = . _ : / @')
    .refine((key) => !key.toLowerCase().startsWith('aws:'), 'must not begin with aws:, which is reserved'),
  z
    .string()
    .regex(/^[\p{L}\p{N} +\-=._:/@]{0,256}$/u, 'must be at most 256 letters, digits, spaces and + - = . _ : / @'),
);
