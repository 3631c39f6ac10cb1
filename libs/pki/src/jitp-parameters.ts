import type { JitpParameter } from '#thingcore/provisioning-template';
import { describeCertificate } from './describe-certificate.js';

/** AWS: "Just-in-time provisioning", the parameters that come from the subject of the device's certificate. */
const SUBJECT_PARAMETERS: Readonly<Record<Exclude<JitpParameter, 'AWS::IoT::Certificate::Id'>, string>> = {
  'AWS::IoT::Certificate::Country': 'Country',
  'AWS::IoT::Certificate::Organization': 'Organization',
  'AWS::IoT::Certificate::OrganizationalUnit': 'OrganizationalUnit',
  'AWS::IoT::Certificate::DistinguishedNameQualifier': 'DistinguishedNameQualifier',
  'AWS::IoT::Certificate::StateName': 'State',
  'AWS::IoT::Certificate::CommonName': 'CommonName',
  // The attribute of the subject, not the serial number of the certificate.
  'AWS::IoT::Certificate::SerialNumber': 'SerialNumber',
};

/**
 * The parameters of a just-in-time provisioning template, from a device's certificate (DER). What the subject lacks is
 * absent; of an attribute with several values the first counts. Throws `CertificateValidation` for a certificate that
 * cannot be read.
 */
export function jitpParameters(der: Uint8Array): Partial<Record<JitpParameter, string>> {
  const { certificateId, subject } = describeCertificate(der);
  const found = Object.entries(SUBJECT_PARAMETERS).flatMap(([parameter, attribute]) => {
    const [value] = subject[attribute] ?? [];
    return value === undefined ? [] : [[parameter, value]];
  });
  return { ...(Object.fromEntries(found) as Record<string, string>), 'AWS::IoT::Certificate::Id': certificateId };
}
