import { type JsonObject } from '#thingcore/errors';
import { clientTokenMember } from './client-token.js';
import { computeDelta } from './delta.js';
import { pickMetadata } from './metadata.js';
import { type ShadowMetadata, type ShadowRecord, type ShadowState, type ShadowTexts } from './shadow-record.js';

/** What every answer carries: when it was made, in epoch seconds, and the token of the request it answers. */
interface Answer {
  timestamp: number;
  clientToken?: string;
}

/** The body of `get/accepted` and GetThingShadow. `state.delta` is there only when something differs. */
export interface ShadowDocument extends Answer {
  state: ShadowState & { delta?: JsonObject };
  metadata: ShadowMetadata;
  version: number;
}

/** The body of `update/delta`. There is no level `desired`; `metadata` keeps the times of `desired`. */
export interface DeltaDocument extends Answer {
  version: number;
  state: JsonObject;
  metadata: JsonObject;
}

/** The body of `update/documents`: the whole shadow before (null if there was none) and after the update. */
export interface DocumentsDocument extends Answer {
  previous: ShadowRecord | null;
  current: ShadowRecord;
}

/** The body of `delete/accepted` and DeleteThingShadow. */
export interface DeletedDocument extends Answer {
  /** The version of the shadow that was deleted. */
  version: number;
}

/**
 * The document to answer a get request with, made at `now` (epoch seconds). Uncertain in AWS: a sample of the guide also
 * shows `metadata.delta`; observed answers do not have it, and a client finds the same times in `metadata.desired`.
 */
export function getDocument(record: ShadowRecord, now: number, clientToken?: string): ShadowDocument {
  const delta = computeDelta(record.state.desired, record.state.reported);
  return {
    state: delta === undefined ? record.state : { ...record.state, delta },
    metadata: record.metadata,
    version: record.version,
    timestamp: now,
    ...clientTokenMember(clientToken),
  };
}

/**
 * {@link getDocument} as JSON text, made of the texts a store keeps. Whoever only passes the document on is spared to take
 * it apart and to put it together again.
 */
export function getDocumentText({ state, metadata, version }: ShadowTexts, now: number, clientToken?: string): string {
  const token = clientToken === undefined ? '' : `,"clientToken":${JSON.stringify(clientToken)}`;
  return `{"state":${withDelta(state)},"metadata":${metadata},"version":${version},"timestamp":${now}${token}}`;
}

function withDelta(stateText: string): string {
  // Compact JSON spells a key in one way only: without this text nothing is desired.
  if (!stateText.includes('"desired":')) return stateText;
  const { desired, reported } = JSON.parse(stateText) as ShadowState;
  const delta = computeDelta(desired, reported);
  return delta === undefined ? stateText : `${stateText.slice(0, -1)},"delta":${JSON.stringify(delta)}}`;
}

/** The delta of a shadow as a message made at `now` (epoch seconds); `undefined` when nothing differs. */
export function deltaDocument(record: ShadowRecord, now: number, clientToken?: string): DeltaDocument | undefined {
  const delta = computeDelta(record.state.desired, record.state.reported);
  if (delta === undefined) return undefined;
  return {
    version: record.version,
    timestamp: now,
    state: delta,
    metadata: pickMetadata(delta, record.metadata.desired ?? {}),
    ...clientTokenMember(clientToken),
  };
}

/**
 * The document to answer a delete request with; `version` is that of the deleted shadow. Uncertain in AWS: the REST
 * answer is described as this one and as empty; this one serves clients of either kind.
 */
export function deleteDocument(version: number, now: number, clientToken?: string): DeletedDocument {
  return { version, timestamp: now, ...clientTokenMember(clientToken) };
}
