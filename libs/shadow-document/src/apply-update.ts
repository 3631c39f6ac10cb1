import { type JsonObject } from '#thingcore/errors';
import { clientTokenMember } from './client-token.js';
import { utf8Bytes } from './json-object.js';
import { mergeSection, type Section } from './merge-section.js';
import { stampMetadata } from './metadata.js';
import { deltaDocument, type DeltaDocument, type DocumentsDocument } from './shadow-documents.js';
import { shadowError } from './shadow-errors.js';
import { SHADOW_LIMITS, type ShadowLimits } from './shadow-limits.js';
import { type SectionName, type ShadowRecord, type ShadowState } from './shadow-record.js';
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

/** What may be said about an update beside the request. */
export interface ApplyUpdateOptions {
  /** Only the size of the document is checked here; the rest was checked when the request was read. */
  limits?: ShadowLimits;
  /** The last version of a shadow of this name deleted less than 48 hours ago: counting goes on after it. */
  previousVersion?: number;
}

/** An accepted update: the record to store and the messages to publish once it is stored. */
export interface AppliedUpdate {
  record: ShadowRecord;
  accepted: AcceptedDocument;
  /** `undefined` when `reported` has all that is desired: then no delta is published. */
  delta: DeltaDocument | undefined;
  documents: DocumentsDocument;
}

/**
 * Applies a request, as {@link parseUpdateRequest} or {@link checkUpdateRequest} returned it, to the stored shadow
 * (`undefined` when there is none) at `now`, whole epoch seconds. Inputs are never changed; results share subtrees with
 * them. Throws `VersionConflict`, `InvalidRequest` ("Invalid version") and `PayloadTooLarge`.
 *
 * Uncertain in AWS: whether an update that changes nothing publishes the delta again. It does here: the version rises,
 * and the repetition reaches a device that missed the message before.
 */
export function applyUpdate(
  current: ShadowRecord | undefined,
  request: UpdateRequest,
  now: number,
  options: ApplyUpdateOptions = {},
): AppliedUpdate {
  const { state, clientToken } = request;
  refuseOtherVersion(current, request, options.previousVersion);
  const version = (current?.version ?? options.previousVersion ?? 0) + 1;
  const record = mergeRecord(current, state, version, now);
  refuseOversize(record.state, options.limits ?? SHADOW_LIMITS, clientToken);
  const token = clientTokenMember(clientToken);
  return {
    record,
    accepted: { state, metadata: requestMetadata(state, now), version, timestamp: now, ...token },
    delta: deltaDocument(record, now, clientToken),
    // Uncertain in AWS: `previous` of a shadow just created. Null says plainly that there was none.
    documents: { previous: current ?? null, current: record, timestamp: now, ...token },
  };
}

/**
 * AWS: Device Shadow, "version": an update that names another version than the current one is refused.
 *
 * Uncertain in AWS: a version when there is no shadow. 0 reads "there is none" and creates one. For a name that never
 * had a shadow 1 does so too, and a greater version is invalid, as in AWS's own local shadow service. After a deletion
 * any other version is a conflict: the client has seen the deleted shadow, and "get, re-apply, retry" is its way out.
 */
function refuseOtherVersion(
  current: ShadowRecord | undefined,
  { version, clientToken }: UpdateRequest,
  previousVersion: number | undefined,
): void {
  if (version === undefined) return;
  if (current === undefined && previousVersion === undefined) {
    if (version > 1) {
      throw shadowError('InvalidRequest', 'invalidVersion', clientToken, { version, path: ['version'] });
    }
    return;
  }
  const currentVersion = current?.version ?? 0;
  if (version !== currentVersion) {
    throw shadowError('VersionConflict', 'versionConflict', clientToken, { version, currentVersion });
  }
}

function mergeRecord(
  current: ShadowRecord | undefined,
  requested: RequestedState | null,
  version: number,
  now: number,
): ShadowRecord {
  const record: ShadowRecord = { state: {}, metadata: {}, version };
  if (requested === null) return record;
  for (const name of ['desired', 'reported'] as const) {
    const section = mergeSection(sectionOf(current, name), requested[name], now);
    if (section === undefined) continue;
    record.state[name] = section.state;
    record.metadata[name] = section.metadata;
  }
  return record;
}

function sectionOf(record: ShadowRecord | undefined, name: SectionName): Section | undefined {
  const state = record?.state[name];
  return state === undefined ? undefined : { state, metadata: record?.metadata[name] ?? {} };
}

function requestMetadata(state: RequestedState | null, now: number): JsonObject {
  if (state === null) return { timestamp: now };
  const metadata: JsonObject = {};
  if (state.desired !== undefined) metadata.desired = stampMetadata(state.desired, now);
  if (state.reported !== undefined) metadata.reported = stampMetadata(state.reported, now);
  return metadata;
}

/** AWS counts the merged sections, not the request: a small request may be too much, a large one may make room. */
function refuseOversize(state: ShadowState, limits: ShadowLimits, clientToken: string | undefined): void {
  const bytes = sectionBytes(state.desired) + sectionBytes(state.reported);
  if (bytes > limits.maxDocumentBytes) {
    const maxBytes = limits.maxDocumentBytes;
    throw shadowError('PayloadTooLarge', 'tooLarge', clientToken, { bytes, maxBytes });
  }
}

function sectionBytes(section: JsonObject | undefined): number {
  return section === undefined ? 0 : utf8Bytes(JSON.stringify(section));
}
