export { applyUpdate, type AcceptedDocument, type AppliedUpdate, type ApplyUpdateOptions } from './apply-update.js';
export { computeDelta } from './delta.js';
export { rejectedDocument, type RejectedDocument } from './rejected-document.js';
export {
  deleteDocument,
  getDocument,
  type DeletedDocument,
  type DeltaDocument,
  type DocumentsDocument,
  type ShadowDocument,
} from './shadow-documents.js';
export { noShadowError } from './shadow-errors.js';
export { SHADOW_LIMITS, type ShadowLimits } from './shadow-limits.js';
export { type SectionName, type ShadowMetadata, type ShadowRecord, type ShadowState } from './shadow-record.js';
export { parseTokenRequest, type TokenRequest } from './token-request.js';
export { checkUpdateRequest, parseUpdateRequest, type RequestedState, type UpdateRequest } from './update-request.js';
