import { type JsonObject, type JsonValue } from '#thingcore/errors';
import { readClientToken } from './client-token.js';
import { getOwn, isJsonObject } from './json-object.js';
import { parseJsonPayload } from './json-payload.js';
import { shadowError } from './shadow-errors.js';
import { SHADOW_LIMITS, type ShadowLimits } from './shadow-limits.js';
import { type SectionName } from './shadow-record.js';
import { findStateFault } from './state-fault.js';

/** The sections an update touches. `null` removes a section, a null inside removes that key. */
export interface RequestedState {
  desired?: JsonObject | null;
  reported?: JsonObject | null;
}

/** A checked update request. `state: null` empties the shadow; `version`, if given, must be the current one. */
export interface UpdateRequest {
  state: RequestedState | null;
  version?: number;
  clientToken?: string;
}

const SECTIONS = [
  ['desired', 'desiredNotObject'],
  ['reported', 'reportedNotObject'],
] as const satisfies readonly (readonly [SectionName, string])[];

/**
 * Reads the payload of an update request. Throws `UnsupportedEncoding` for bytes that are not UTF-8 and
 * `InvalidRequest`, with the texts of AWS, for everything else that is wrong; a token that could be read is in
 * `details.clientToken`, the place of the fault in `details.path`.
 */
export function parseUpdateRequest(payload: string | Uint8Array, limits: ShadowLimits = SHADOW_LIMITS): UpdateRequest {
  return checkUpdateRequest(parseJsonPayload(payload), limits);
}

/** {@link parseUpdateRequest} for a caller that holds JSON already. Unknown members beside `state` are ignored. */
export function checkUpdateRequest(value: JsonValue, limits: ShadowLimits = SHADOW_LIMITS): UpdateRequest {
  if (!isJsonObject(value)) {
    throw shadowError('InvalidRequest', 'invalidJson', undefined, { reason: 'the request is not a JSON object' });
  }
  const clientToken = readClientToken(value, limits);
  const state = readState(value, limits, clientToken);
  const version = readVersion(value, clientToken);
  return {
    state,
    ...(version === undefined ? {} : { version }),
    ...(clientToken === undefined ? {} : { clientToken }),
  };
}

function readState(request: JsonObject, limits: ShadowLimits, clientToken: string | undefined): RequestedState | null {
  const state = getOwn(request, 'state');
  if (state === undefined) throw shadowError('InvalidRequest', 'missingState', clientToken, { path: ['state'] });
  if (state === null) return null;
  if (!isJsonObject(state)) throw shadowError('InvalidRequest', 'stateNotObject', clientToken, { path: ['state'] });
  refuseUnknownSections(state, clientToken);
  const requested: RequestedState = {};
  for (const [name, notObject] of SECTIONS) {
    const section = getOwn(state, name);
    if (section === undefined) continue;
    if (section !== null && !isJsonObject(section)) {
      throw shadowError('InvalidRequest', notObject, clientToken, { path: ['state', name] });
    }
    refuseFaults(name, section, limits, clientToken);
    requested[name] = section;
  }
  return requested;
}

/**
 * Uncertain in AWS: one page calls a stranger inside `state` an error, another says it is ignored. It is refused here,
 * because a mistyped section name that is accepted looks to its author like a shadow that loses updates. `delta` is
 * dropped silently, so that a document that was read can be sent back.
 */
function refuseUnknownSections(state: JsonObject, clientToken: string | undefined): void {
  const stranger = Object.keys(state).find((key) => key !== 'desired' && key !== 'reported' && key !== 'delta');
  if (stranger !== undefined) {
    throw shadowError('InvalidRequest', 'invalidNode', clientToken, { path: ['state', stranger] });
  }
}

function refuseFaults(
  name: SectionName,
  section: JsonObject | null,
  limits: ShadowLimits,
  clientToken: string | undefined,
): void {
  const fault = findStateFault(section, limits.maxDepth);
  if (fault === undefined) return;
  throw shadowError('InvalidRequest', fault.message, clientToken, {
    path: ['state', name, ...fault.path],
    ...(fault.message === 'tooDeep' ? { maxDepth: limits.maxDepth } : {}),
  });
}

function readVersion(request: JsonObject, clientToken: string | undefined): number | undefined {
  const version = getOwn(request, 'version');
  if (version === undefined) return undefined;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 0) {
    throw shadowError('InvalidRequest', 'invalidVersion', clientToken, { path: ['version'] });
  }
  return version;
}
