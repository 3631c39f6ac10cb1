import { IotError } from '#thingcore/errors';
import { SHADOW_NAME_PATTERN, THING_NAME_PATTERN } from './reserved-topic.js';

/** Every topic of one shadow. */
export interface ShadowTopics {
  readonly get: string;
  readonly getAccepted: string;
  readonly getRejected: string;
  readonly update: string;
  readonly updateAccepted: string;
  readonly updateRejected: string;
  readonly updateDelta: string;
  readonly updateDocuments: string;
  readonly delete: string;
  readonly deleteAccepted: string;
  readonly deleteRejected: string;
}

/**
 * Spells the topics of the classic shadow of a thing, or of one of its named shadows. Throws `InvalidRequest` for a
 * name out of its pattern, so that no name can smuggle in a level or a wildcard.
 */
export function shadowTopics(thingName: string, shadowName?: string): ShadowTopics {
  const prefix = shadowPrefix(thingName, shadowName);
  return {
    get: `${prefix}/get`,
    getAccepted: `${prefix}/get/accepted`,
    getRejected: `${prefix}/get/rejected`,
    update: `${prefix}/update`,
    updateAccepted: `${prefix}/update/accepted`,
    updateRejected: `${prefix}/update/rejected`,
    updateDelta: `${prefix}/update/delta`,
    updateDocuments: `${prefix}/update/documents`,
    delete: `${prefix}/delete`,
    deleteAccepted: `${prefix}/delete/accepted`,
    deleteRejected: `${prefix}/delete/rejected`,
  };
}

function shadowPrefix(thingName: string, shadowName: string | undefined): string {
  if (!THING_NAME_PATTERN.test(thingName)) {
    throw new IotError(
      'InvalidRequest',
      `"${thingName}" is no thing name; use 1 to 128 letters, digits, ":", "_" and "-"`,
      { details: { thingName } },
    );
  }
  if (shadowName === undefined) return `$aws/things/${thingName}/shadow`;
  if (!SHADOW_NAME_PATTERN.test(shadowName)) {
    throw new IotError(
      'InvalidRequest',
      `"${shadowName}" is no shadow name; use 1 to 64 letters, digits, "$", ":", "_" and "-"`,
      { details: { shadowName } },
    );
  }
  return `$aws/things/${thingName}/shadow/name/${shadowName}`;
}
