export { createAuthority, type AuthorityRequest } from './authority.js';
export type { CertificateName } from './certificate-name.js';
export type { Authority, IssuedCertificate, Validity } from './certificate-signer.js';
export { certificateVariables } from './certificate-variables.js';
export { crossSign } from './cross-sign.js';
export {
  certificateId,
  describeCertificate,
  isIssuedBy,
  isKeyOfCertificate,
  type CertificateDescription,
  type NameAttributes,
} from './describe-certificate.js';
export {
  certificateFromCsr,
  createKeysAndCertificate,
  type DeviceCertificateRequest,
  type DeviceKeysAndCertificate,
  type DeviceKeyType,
} from './device-certificate.js';
export type { KeyType } from './generate-keys.js';
export { jitpParameters } from './jitp-parameters.js';
export { readAuthorityCertificate, type AuthorityCertificate } from './read-authority-certificate.js';
export { readDeviceCertificate, type DeviceCertificate } from './read-device-certificate.js';
export { contentSha256 } from './signed-content.js';
export { createServerKeyAndCsr, issueServerCertificate, type ServerCertificateRequest } from './server-certificate.js';
export { verifyPossession, type PossessionProof } from './verify-possession.js';
