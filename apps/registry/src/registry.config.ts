import { type ConfigOf, setting, wholeNumber } from '#thingcore/platform';
import { z } from 'zod';

/** What the registry can be told. */
export const registrySettings = {
  secretKey: setting(
    'THINGCORE_REGISTRY_SECRET_KEY',
    z.string().optional(),
    'Key that seals secrets in the database, 32 bytes in base64; else the file secret-key in the data directory, made at the first start',
  ),
  apiKey: setting(
    'THINGCORE_REGISTRY_API_KEY',
    z.string().min(32, 'must have at least 32 characters').optional(),
    'First administrator key of a new database; else made, into the file api-key. A new value lets in where no such key is valid',
  ),
  thingTypeDeletionWaitSeconds: setting(
    'THINGCORE_REGISTRY_THING_TYPE_DELETION_WAIT_SECONDS',
    wholeNumber(300, 0, 86_400),
    'Seconds that a thing type must have been deprecated before it can be deleted; 300 as on AWS',
  ),
};

/** What the registry was told. */
export type RegistryConfig = ConfigOf<typeof registrySettings>;

/** Where {@link RegistryConfig} is found. */
export const REGISTRY_CONFIG = Symbol('RegistryConfig');
