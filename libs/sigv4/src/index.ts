export type { Signature, SignedRequest } from './signature.js';
export { SignatureFault, type SignatureFaultCode } from './signature-fault.js';
export { isSigned, readSignature } from './read-signature.js';
export { CLOCK_SKEW_MS, verifySignature } from './verify-signature.js';
export { presignPath, type PresignedGet, type PresigningKey } from './presign-path.js';
export { deriveSigningKey, type SigningScope } from './signing-key.js';
export { Sha256 } from './sha256.js';
export { signRequest, type SigningCredentials, type SigningTarget, type UnsignedRequest } from './sign-request.js';
