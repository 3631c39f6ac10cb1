export { createAuthority, type AuthorityRequest } from './authority.js';
export type { Authority, IssuedCertificate, Validity } from './certificate-signer.js';
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
export { createServerKeyAndCsr, issueServerCertificate, type ServerCertificateRequest } from './server-certificate.js';
