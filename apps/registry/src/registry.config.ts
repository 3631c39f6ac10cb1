import { type ConfigOf, secret, setting, wholeNumber } from '#thingcore/platform';
import { z } from 'zod';

/** What the registry can be told. */
export const registrySettings = {
  secretKey: secret(
    'THINGCORE_REGISTRY_SECRET_KEY',
    z.string().optional(),
    'Key that seals secrets in the database, 32 bytes in base64; else the file secret-key in the data directory, made at the first start',
  ),
  previousSecretKey: secret(
    'THINGCORE_REGISTRY_PREVIOUS_SECRET_KEY',
    z.string().optional(),
    'Another such key that opens secrets too, while one key takes the place of another; what it sealed is sealed anew at the start',
  ),
  apiKey: secret(
    'THINGCORE_REGISTRY_API_KEY',
    z.string().min(32, 'must have at least 32 characters').optional(),
    'First administrator key of a new database; else made, into the file api-key. A new value lets in where no such key is valid',
  ),
  thingTypeDeletionWaitSeconds: setting(
    'THINGCORE_REGISTRY_THING_TYPE_DELETION_WAIT_SECONDS',
    wholeNumber(300, 0, 86_400),
    'Seconds that a thing type must have been deprecated before it can be deleted; 300 as on AWS',
  ),
  auditDays: setting(
    'THINGCORE_REGISTRY_AUDIT_DAYS',
    wholeNumber(365, 1, 36_500),
    'Days for which entries of the audit log are kept',
  ),
  auditEntries: setting(
    'THINGCORE_REGISTRY_AUDIT_ENTRIES',
    wholeNumber(1_000_000, 1, 1_000_000_000),
    'How many entries of the audit log are kept; the oldest go first',
  ),
  hookDeadlineMs: setting(
    'THINGCORE_REGISTRY_HOOK_DEADLINE_MS',
    wholeNumber(5_000, 10, 30_000),
    'Milliseconds that a pre-provisioning hook has to answer, its whole answer included; 5000 as on AWS',
  ),
  waitingCertificatesPerClaim: setting(
    'THINGCORE_REGISTRY_WAITING_CERTIFICATES_PER_CLAIM',
    wholeNumber(1_000, 1, 1_000_000),
    'Certificates of one claim whose devices have not registered a thing yet; a claim that leaked fills no database',
  ),
  lambdaEndpoint: setting(
    'THINGCORE_REGISTRY_LAMBDA_ENDPOINT',
    z
      .string()
      .regex(/^https?:\/\/.+/, 'must look like http://localhost:4566')
      .refine((text) => URL.canParse(text), 'must look like http://localhost:4566')
      .optional(),
    'URL of what stands in for AWS Lambda when a pre-provisioning hook is a function; else it is that of AWS',
  ),
  awsAccessKeyId: setting(
    'THINGCORE_REGISTRY_AWS_ACCESS_KEY_ID',
    z.string().min(1).optional(),
    'Access key that invokes the Lambda functions of pre-provisioning hooks',
  ),
  awsSecretAccessKey: secret(
    'THINGCORE_REGISTRY_AWS_SECRET_ACCESS_KEY',
    z.string().min(1).optional(),
    'Secret of THINGCORE_REGISTRY_AWS_ACCESS_KEY_ID',
  ),
  registrationTaskLines: setting(
    'THINGCORE_REGISTRY_REGISTRATION_TASK_LINES',
    wholeNumber(100_000, 1, 10_000_000),
    'Lines that the input of one bulk registration may have',
  ),
  registrationTaskDays: setting(
    'THINGCORE_REGISTRY_REGISTRATION_TASK_DAYS',
    wholeNumber(30, 1, 36_500),
    'Days for which bulk registrations that have ended are kept, with their results',
  ),
};

/** What the registry was told. */
export type RegistryConfig = ConfigOf<typeof registrySettings>;

/** Where {@link RegistryConfig} is found. */
export const REGISTRY_CONFIG = Symbol('RegistryConfig');
