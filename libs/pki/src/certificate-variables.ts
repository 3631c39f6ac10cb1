import type { CertificateContext } from '#thingcore/policy';
import { describeCertificate, type NameAttributes } from './describe-certificate.js';

/** AWS: "X.509 certificate policy variables", the attributes of subject and issuer; others have no variable. */
const VARIABLES = [
  'DistinguishedNameQualifier',
  'Country',
  'Organization',
  'OrganizationalUnit',
  'State',
  'CommonName',
  'SerialNumber',
  'Title',
  'Surname',
  'GivenName',
  'Initials',
  'Pseudonym',
  'GenerationQualifier',
];

/** AWS: of an attribute with more values the first five are kept. Here, so that no certificate fills a connection's memory. */
const MAX_VALUES = 5;

/**
 * What the policies of a connection may ask of its certificate (DER): id, serial number, and the attributes and
 * alternative names of subject and issuer. Values are raw; the policy evaluator escapes them. Throws
 * `CertificateValidation` for a certificate that cannot be read.
 */
export function certificateVariables(der: Uint8Array): CertificateContext {
  const { certificateId, serialNumber, ...names } = describeCertificate(der);
  return {
    certificateId,
    serialNumber,
    subject: variables(names.subject, names.subjectAlternativeNames),
    issuer: variables(names.issuer, names.issuerAlternativeNames),
  };
}

function variables(attributes: NameAttributes, alternativeNames: NameAttributes): NameAttributes {
  const named = Object.entries(attributes).filter(([name]) => VARIABLES.includes(name));
  const alternative = Object.entries(alternativeNames).map(([name, values]) => [`AlternativeName.${name}`, values]);
  return Object.fromEntries(
    [...named, ...alternative].map(([name, values]) => [name, values?.slice(0, MAX_VALUES)]),
  ) as NameAttributes;
}
