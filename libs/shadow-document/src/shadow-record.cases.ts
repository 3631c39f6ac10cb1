import { type JsonValue } from '#thingcore/errors';
import { type ShadowMetadata, type ShadowRecord, type ShadowState } from './index.js';

/** A stored shadow, every leaf written at `writtenAt`, frozen through and through: a test that changes it fails. */
export function aShadow(state: ShadowState, version = 1, writtenAt = 100): ShadowRecord {
  return deepFreeze({ state, metadata: stamped(state, writtenAt), version });
}

/** Freezes a value with everything below it and returns it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

/** Written apart from the library's own, so that a fault there cannot hide here. */
function stamped(state: ShadowState, timestamp: number): ShadowMetadata {
  return JSON.parse(JSON.stringify(state), (_key, value: JsonValue) =>
    typeof value === 'object' ? value : { timestamp },
  ) as ShadowMetadata;
}
