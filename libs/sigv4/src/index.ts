export type { Signature, SignedRequest } from './signature.js';
export { SignatureFault, type SignatureFaultCode } from './signature-fault.js';
export { isSigned, readSignature } from './read-signature.js';
export { CLOCK_SKEW_MS, verifySignature } from './verify-signature.js';
