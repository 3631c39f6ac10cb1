import { type JsonObject } from '#thingcore/errors';

/** The two sections of a shadow: what applications want (`desired`) and what the device says it is (`reported`). */
export type SectionName = 'desired' | 'reported';

/** The sections that have content. A section is never empty and holds no null at any depth. */
export interface ShadowState {
  desired?: JsonObject;
  reported?: JsonObject;
}

/** The shape of {@link ShadowState} with `{"timestamp": <epoch seconds>}` in the place of every scalar. */
export interface ShadowMetadata {
  desired?: JsonObject;
  reported?: JsonObject;
}

/**
 * All that a store keeps of one shadow, as plain JSON. A shadow emptied by an update has `state` and `metadata` `{}`
 * and still exists.
 */
export interface ShadowRecord {
  state: ShadowState;
  metadata: ShadowMetadata;
  /** Counts accepted updates from 1. */
  version: number;
}

/** A {@link ShadowRecord} as stores keep it and events carry it: compact JSON, as `JSON.stringify` makes it. */
export interface ShadowTexts {
  readonly state: string;
  readonly metadata: string;
  readonly version: number;
}
