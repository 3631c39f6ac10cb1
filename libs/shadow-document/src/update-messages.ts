import { type JsonObject } from '#thingcore/errors';
import { mergeRecord } from './accept-update.js';
import { clientTokenMember } from './client-token.js';
import { stampMetadata } from './metadata.js';
import { deltaDocument, type DeltaDocument, type DocumentsDocument } from './shadow-documents.js';
import { type ShadowRecord } from './shadow-record.js';
import { type RequestedState, type UpdateRequest } from './update-request.js';

/** The body of `update/accepted` and UpdateThingShadow: what the request said, nulls included, and nothing else. */
export interface AcceptedDocument {
  state: RequestedState | null;
  /** The shape of `state` with the time of the update for every scalar and null. */
  metadata: JsonObject;
  version: number;
  /** Epoch seconds. */
  timestamp: number;
  clientToken?: string;
}

/** All that is to be known of an accepted update: what is said about it, and the shadow after it, follow from it. */
export interface ShadowUpdate {
  /** The state of the request, as it came. */
  requested: RequestedState | null;
  /** The shadow before; null when there was none. */
  previous: ShadowRecord | null;
  /** The version that the update made. */
  version: number;
  /** When it was applied, in epoch seconds. */
  timestamp: number;
  clientToken?: string;
}

/** What is published about an update. */
export interface UpdateMessages {
  accepted: AcceptedDocument;
  /** `undefined` when `reported` has all that is desired: then no delta is published. */
  delta: DeltaDocument | undefined;
  documents: DocumentsDocument;
}

/** The shadow after an update. */
export function recordAfter({ requested, previous, version, timestamp }: ShadowUpdate): ShadowRecord {
  return mergeRecord(previous ?? undefined, requested, version, timestamp);
}

/** The document to answer an update request with that made `version` at `now` (epoch seconds). */
export function acceptedDocument(
  { state, clientToken }: UpdateRequest,
  version: number,
  now: number,
): AcceptedDocument {
  const metadata = requestMetadata(state, now);
  return { state, metadata, version, timestamp: now, ...clientTokenMember(clientToken) };
}

/**
 * What is published about an update that made `current`.
 *
 * Uncertain in AWS: whether an update that changes nothing publishes the delta again. It does here: the version rises,
 * and the repetition reaches a device that missed the message before.
 */
export function updateMessages(update: ShadowUpdate, current: ShadowRecord = recordAfter(update)): UpdateMessages {
  return {
    accepted: acceptedMessage(update),
    delta: deltaDocument(current, update.timestamp, update.clientToken),
    documents: documentsMessage(update, current),
  };
}

/** What is published on `update/accepted`; what the update was applied to does not matter to it. */
export function acceptedMessage(update: Omit<ShadowUpdate, 'previous'>): AcceptedDocument {
  const { requested, version, timestamp, clientToken } = update;
  return acceptedDocument({ state: requested, ...clientTokenMember(clientToken) }, version, timestamp);
}

/** What is published on `update/documents` about an update that made `current`. */
export function documentsMessage(update: ShadowUpdate, current: ShadowRecord): DocumentsDocument {
  // Uncertain in AWS: `previous` of a shadow just created. Null says plainly that there was none.
  const { previous, timestamp, clientToken } = update;
  return { previous, current, timestamp, ...clientTokenMember(clientToken) };
}

function requestMetadata(state: RequestedState | null, now: number): JsonObject {
  if (state === null) return { timestamp: now };
  const metadata: JsonObject = {};
  if (state.desired !== undefined) metadata.desired = stampMetadata(state.desired, now);
  if (state.reported !== undefined) metadata.reported = stampMetadata(state.reported, now);
  return metadata;
}
