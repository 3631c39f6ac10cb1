import { clientTokenMember } from './client-token.js';
import { type DeletedDocument, deleteDocument } from './shadow-documents.js';
import { type ShadowRecord, type ShadowTexts } from './shadow-record.js';
import { recordAfter, type ShadowUpdate } from './update-messages.js';

/** An accepted update without what it was applied to. */
export type UpdateStep = Omit<ShadowUpdate, 'previous'>;

/** A deletion; `version` is the one that was deleted. */
export interface DeletionStep extends Pick<ShadowUpdate, 'version' | 'timestamp' | 'clientToken'> {
  readonly requested?: undefined;
}

/**
 * Changes of one shadow, the first of what was there before (`previous`, null when there was no shadow), each other of what
 * the one before it left. A shadow stands in it as text: most who hear of a change never look at what was before, and for
 * them a text is one value to copy where a document is dozens.
 */
export interface ChangeChain {
  readonly previous: ShadowTexts | null;
  readonly steps: readonly (UpdateStep | DeletionStep)[];
}

/** An update with the shadow after it. */
export interface UnfoldedUpdate extends ShadowUpdate {
  readonly kind: 'update';
  readonly current: ShadowRecord;
}

/** A deletion with what is told of it. */
export interface UnfoldedDeletion {
  readonly kind: 'deletion';
  readonly deleted: DeletedDocument;
}

/** The changes of a chain with all that is known of each, in their order. */
export function unfoldChanges({ previous, steps }: ChangeChain): (UnfoldedUpdate | UnfoldedDeletion)[] {
  let before = previous === null ? null : recordOfTexts(previous);
  return steps.map((step) => {
    if (!isUpdateStep(step)) {
      before = null;
      return { kind: 'deletion', deleted: deleteDocument(step.version, step.timestamp, step.clientToken) };
    }
    const { requested, version, timestamp, clientToken } = step;
    const update = { requested, previous: before, version, timestamp, ...clientTokenMember(clientToken) };
    const current = recordAfter(update);
    before = current;
    return { kind: 'update', ...update, current };
  });
}

/** The updates among the changes of a chain. */
export function unfoldUpdates(chain: ChangeChain): UnfoldedUpdate[] {
  return unfoldChanges(chain).filter((change) => change.kind === 'update');
}

/** The record that texts stand for. */
export function recordOfTexts({ state, metadata, version }: ShadowTexts): ShadowRecord {
  return {
    state: JSON.parse(state) as ShadowRecord['state'],
    metadata: JSON.parse(metadata) as ShadowRecord['metadata'],
    version,
  };
}

/** Whether a change is an update; null is a request too, the one that empties the shadow. */
export function isUpdateStep(step: UpdateStep | DeletionStep): step is UpdateStep {
  return step.requested !== undefined;
}
