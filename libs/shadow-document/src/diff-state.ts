import { type JsonObject, type JsonValue } from '#thingcore/errors';
import { getOwn, isJsonObject, setOwn } from './json-object.js';
import { jsonEqual } from './json-equal.js';
import { type SectionName, type ShadowState } from './shadow-record.js';

/**
 * What leads from one state to another, in the form of an update: null removes a section or a key, arrays are whole.
 * Nothing is named that is the same in both.
 */
export interface StatePatch {
  desired?: JsonObject | null;
  reported?: JsonObject | null;
}

const SECTIONS: readonly SectionName[] = ['desired', 'reported'];

/**
 * The patch that makes `to` out of `from`. As no stored state holds a null, such a patch exists for any two of them.
 * Subtrees that both share are not walked, so that the cost is that of the difference.
 */
export function diffState(from: ShadowState, to: ShadowState): StatePatch {
  const patch: StatePatch = {};
  for (const name of SECTIONS) {
    const section = diffSection(from[name], to[name]);
    if (section !== undefined) patch[name] = section;
  }
  return patch;
}

/** The patch for one section; `undefined` when there is nothing to do. */
export function diffSection(from: JsonObject | undefined, to: JsonObject | undefined): JsonObject | null | undefined {
  if (from === to) return undefined;
  if (to === undefined) return null;
  return from === undefined ? to : diffObject(from, to);
}

function diffObject(from: JsonObject, to: JsonObject): JsonObject | undefined {
  const patch: JsonObject = {};
  for (const key of Object.keys(from)) if (!Object.hasOwn(to, key)) setOwn(patch, key, null);
  for (const [key, value] of Object.entries(to)) {
    const difference = diffValue(getOwn(from, key), value);
    if (difference !== undefined) setOwn(patch, key, difference);
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

function diffValue(from: JsonValue | undefined, to: JsonValue): JsonValue | undefined {
  if (from === to) return undefined;
  if (isJsonObject(from) && isJsonObject(to)) return diffObject(from, to);
  return from !== undefined && jsonEqual(from, to) ? undefined : to;
}

/** Applies a patch to a state without regard to times. Neither is changed; untouched subtrees are shared. */
export function patchState(state: ShadowState, patch: StatePatch): ShadowState {
  const patched: ShadowState = {};
  for (const name of SECTIONS) {
    const section = patchSection(state[name], patch[name]);
    if (section !== undefined) patched[name] = section;
  }
  return patched;
}

function patchSection(state: JsonObject | undefined, patch: JsonObject | null | undefined): JsonObject | undefined {
  if (patch === undefined) return state;
  if (patch === null) return undefined;
  const patched = patchObject(state ?? {}, patch);
  return Object.keys(patched).length === 0 ? undefined : patched;
}

function patchObject(state: JsonObject, patch: JsonObject): JsonObject {
  const patched = { ...state };
  for (const [key, value] of Object.entries(patch)) {
    const before = getOwn(state, key);
    if (value === null) delete patched[key];
    else setOwn(patched, key, isJsonObject(value) && isJsonObject(before) ? patchObject(before, value) : value);
  }
  return patched;
}
