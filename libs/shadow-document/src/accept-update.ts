import { type JsonObject } from '#thingcore/errors';
import { utf8Bytes } from './json-object.js';
import { mergeSection, type Section } from './merge-section.js';
import { shadowError } from './shadow-errors.js';
import { SHADOW_LIMITS, type ShadowLimits } from './shadow-limits.js';
import { type SectionName, type ShadowRecord } from './shadow-record.js';
import { type RequestedState, type UpdateRequest } from './update-request.js';

/** What may be said about an update beside the request. */
export interface ApplyUpdateOptions {
  /** Only the size of the document is checked here; the rest was checked when the request was read. */
  limits?: ShadowLimits;
  /** The last version of a shadow of this name deleted less than 48 hours ago: counting goes on after it. */
  previousVersion?: number | undefined;
}

/** The record an update makes. */
export interface AcceptedUpdate {
  readonly record: ShadowRecord;
  /** `record.state` as JSON text: what was measured is what can be stored. */
  readonly stateText: string;
}

/**
 * Applies a request, as `parseUpdateRequest` or `checkUpdateRequest` returned it, to the stored shadow (`undefined` when
 * there is none) at `now`, whole epoch seconds. Inputs are never changed; the record shares subtrees with them. Throws
 * `VersionConflict`, `InvalidRequest` ("Invalid version") and `PayloadTooLarge`.
 */
export function acceptUpdate(
  current: ShadowRecord | undefined,
  request: UpdateRequest,
  now: number,
  options: ApplyUpdateOptions = {},
): AcceptedUpdate {
  refuseOtherVersion(current, request, options.previousVersion);
  const version = (current?.version ?? options.previousVersion ?? 0) + 1;
  const record = mergeRecord(current, request.state, version, now);
  return { record, stateText: textWithinLimits(record, options.limits ?? SHADOW_LIMITS, request.clientToken) };
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

/** The record that an update makes of another, without regard to what it may not; the inputs are as above. */
export function mergeRecord(
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

/** AWS counts the merged sections, not the request: a small request may be too much, a large one may make room. */
function textWithinLimits(
  { state: { desired, reported } }: ShadowRecord,
  { maxDocumentBytes: maxBytes }: ShadowLimits,
  clientToken: string | undefined,
): string {
  const [desiredText, reportedText] = [sectionText(desired), sectionText(reported)];
  const bytes = utf8Bytes(desiredText) + utf8Bytes(reportedText);
  if (bytes > maxBytes) throw shadowError('PayloadTooLarge', 'tooLarge', clientToken, { bytes, maxBytes });
  const members = [
    ...(desired === undefined ? [] : [`"desired":${desiredText}`]),
    ...(reported === undefined ? [] : [`"reported":${reportedText}`]),
  ];
  return `{${members.join(',')}}`;
}

function sectionText(section: JsonObject | undefined): string {
  return section === undefined ? '' : JSON.stringify(section);
}
