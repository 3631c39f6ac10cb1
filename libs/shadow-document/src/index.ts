export { acceptUpdate, type AcceptedUpdate, type ApplyUpdateOptions } from './accept-update.js';
export { applyUpdate, type AppliedUpdate } from './apply-update.js';
export {
  isUpdateStep,
  recordOfTexts,
  unfoldChanges,
  unfoldUpdates,
  type ChangeChain,
  type DeletionStep,
  type UnfoldedUpdate,
  type UpdateStep,
} from './change-chain.js';
export { checkClientToken } from './client-token.js';
export { computeDelta } from './delta.js';
export { diffState, patchState, type StatePatch } from './diff-state.js';
export { rejectedDocument, type RejectedDocument } from './rejected-document.js';
export {
  deleteDocument,
  getDocument,
  getDocumentText,
  deltaDocument,
  type DeletedDocument,
  type DeltaDocument,
  type DocumentsDocument,
  type ShadowDocument,
} from './shadow-documents.js';
export { noShadowError } from './shadow-errors.js';
export {
  changesField,
  parseFieldPath,
  patchOf,
  replayHistory,
  revertPatch,
  undoOf,
  type KeptChange,
  type ReplayedChange,
} from './shadow-history.js';
export { SHADOW_LIMITS, type ShadowLimits } from './shadow-limits.js';
export {
  type SectionName,
  type ShadowMetadata,
  type ShadowRecord,
  type ShadowState,
  type ShadowTexts,
} from './shadow-record.js';
export { parseTokenRequest, type TokenRequest } from './token-request.js';
export {
  acceptedDocument,
  acceptedMessage,
  documentsMessage,
  recordAfter,
  updateMessages,
  type AcceptedDocument,
  type ShadowUpdate,
  type UpdateMessages,
} from './update-messages.js';
export { checkUpdateRequest, parseUpdateRequest, type RequestedState, type UpdateRequest } from './update-request.js';
