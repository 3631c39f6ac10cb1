import { type JsonObject, type JsonValue } from '#thingcore/errors';
import { diffSection, diffState, patchState, type StatePatch } from './diff-state.js';
import { jsonEqual } from './json-equal.js';
import { getOwn, isJsonObject } from './json-object.js';
import { type SectionName, type ShadowState } from './shadow-record.js';

/** What is kept of one change of a shadow: enough to take it back. */
export interface KeptChange {
  /** The version the change made; of a deletion the version that was deleted. */
  readonly version: number;
  /** When it was stored, in milliseconds since the epoch. */
  readonly at: number;
  /** What leads from the state after the change to the state before it; null when there was no shadow before it. */
  readonly undo: StatePatch | null;
  /** Whether the change deleted the shadow. */
  readonly isDeletion: boolean;
}

/** One change of a shadow with the states around it; `undefined` where there was no shadow. */
export interface ReplayedChange<Kept extends KeptChange = KeptChange> {
  readonly kept: Kept;
  readonly before: ShadowState | undefined;
  readonly after: ShadowState | undefined;
}

/** What has to be kept of a change, so that {@link replayHistory} can take it back. */
export function undoOf(before: ShadowState | undefined, after: ShadowState | undefined): StatePatch | null {
  return before === undefined ? null : diffState(after ?? {}, before);
}

/**
 * Takes changes back, the latest first, from the state that the latest of them left (`undefined` when it was a
 * deletion). `changes` must follow each other without a gap.
 */
export function replayHistory<Kept extends KeptChange>(
  current: ShadowState | undefined,
  changes: readonly Kept[],
): ReplayedChange<Kept>[] {
  let after = current;
  return changes.map((kept) => {
    const before = kept.undo === null ? undefined : patchState(after ?? {}, kept.undo);
    const replayed = { kept, before, after };
    after = before;
    return replayed;
  });
}

/** What a change did: values set and, as null, removed; everything that was there is removed by a deletion. */
export function patchOf({ before, after }: ReplayedChange): StatePatch {
  return diffState(before ?? {}, after ?? {});
}

/**
 * Whether a change made the value of a field another one, set it or removed it. `path` names a section and then keys:
 * `['desired', 'led', 'color']`. What stands in an array has no path of its own: the array changes as a whole.
 */
export function changesField({ before, after }: ReplayedChange, path: readonly string[]): boolean {
  const [left, right] = [valueAt(before, path), valueAt(after, path)];
  if (left === undefined || right === undefined) return left !== right;
  return !jsonEqual(left, right);
}

function valueAt(state: ShadowState | undefined, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = state as JsonObject | undefined;
  for (const key of path) {
    if (!isJsonObject(value)) return undefined;
    value = getOwn(value, key);
  }
  return value;
}

/**
 * The path of a field written with dots, `desired.led.color`, for {@link changesField}; `undefined` when it does not
 * begin with a section. A key that has a dot itself cannot be named; the object around it can.
 */
export function parseFieldPath(field: string): string[] | undefined {
  const path = field.split('.');
  const [section] = path;
  return (section === 'desired' || section === 'reported') && path.every((key) => key !== '') ? path : undefined;
}

/** The update that brings one section back to what it was in another state; `undefined` when it is the same. */
export function revertPatch(
  section: SectionName,
  current: ShadowState,
  target: ShadowState,
): JsonObject | null | undefined {
  return diffSection(current[section], target[section]);
}
