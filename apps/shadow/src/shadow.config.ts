import { type ConfigOf, setting, wholeNumber } from '#thingcore/platform';
import { SHADOW_LIMITS, type ShadowLimits } from '#thingcore/shadow-document';

/** What the shadow service can be told. */
export const shadowSettings = {
  historyDays: setting(
    'THINGCORE_SHADOW_HISTORY_DAYS',
    wholeNumber(30, 0, 36_500),
    'Days that changes of shadows are kept for their history; 0 keeps none',
  ),
  cacheMegabytes: setting(
    'THINGCORE_SHADOW_CACHE_MEGABYTES',
    wholeNumber(64, 0, 1_048_576),
    'Memory, in megabytes, that a process keeps shadows in to save reading them before each update; 0 keeps none',
  ),
  maxDocumentBytes: setting(
    'THINGCORE_SHADOW_MAX_DOCUMENT_BYTES',
    wholeNumber(8_192, 1_024, 131_072),
    'Bytes that desired and reported of one shadow may take together; 8192 as on AWS',
  ),
  maxDepth: setting(
    'THINGCORE_SHADOW_MAX_DEPTH',
    wholeNumber(8, 1, 32),
    'Levels that objects and arrays of a shadow may nest; 8 as on AWS',
  ),
};

/** What the shadow service was told. */
export type ShadowConfig = ConfigOf<typeof shadowSettings>;

/** The limits that hold for shadows. */
export function shadowLimits({ maxDocumentBytes, maxDepth }: ShadowConfig): ShadowLimits {
  return { ...SHADOW_LIMITS, maxDocumentBytes, maxDepth };
}

/** Where {@link ShadowConfig} is found. */
export const SHADOW_CONFIG = Symbol('ShadowConfig');
