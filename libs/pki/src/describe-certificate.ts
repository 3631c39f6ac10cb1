import { createPublicKey, type X509Certificate as NodeCertificate } from 'node:crypto';
import {
  type GeneralNames,
  IssuerAlternativeNameExtension,
  SubjectAlternativeNameExtension,
  type GeneralNameType,
  type Name,
} from './x509.js';
import type { Validity } from './certificate-signer.js';
import { decodeCertificate } from './decode-certificate.js';
import { readCertificate } from './pem.js';

/** The attributes of a name by the words AWS has for them, each with all its values; absent ones are absent. */
export type NameAttributes = Record<string, string[]>;

/** What a certificate says. */
export interface CertificateDescription extends Validity {
  /** Lower-case hex SHA-256 of the DER. */
  readonly certificateId: string;
  readonly subject: NameAttributes;
  readonly issuer: NameAttributes;
  /** The names as RFC 4514 text: what tells authorities apart. */
  readonly subjectName: string;
  readonly issuerName: string;
  /** By AWS's words: `RFC822Name`, `DNSName`, `DirectoryName`, `UniformResourceIdentifier`, `IPAddress`. */
  readonly subjectAlternativeNames: NameAttributes;
  readonly issuerAlternativeNames: NameAttributes;
  /** Lower-case hex without leading zeros. */
  readonly serialNumber: string;
  readonly isCa: boolean;
}

// AWS: Thing policy variables, "X.509 certificate policy variables"; the last three are not AWS's but common in certificates.
const ATTRIBUTE_OIDS: Readonly<Record<string, string>> = {
  CommonName: '2.5.4.3',
  Surname: '2.5.4.4',
  SerialNumber: '2.5.4.5',
  Country: '2.5.4.6',
  State: '2.5.4.8',
  Organization: '2.5.4.10',
  OrganizationalUnit: '2.5.4.11',
  Title: '2.5.4.12',
  GivenName: '2.5.4.42',
  Initials: '2.5.4.43',
  GenerationQualifier: '2.5.4.44',
  DistinguishedNameQualifier: '2.5.4.46',
  Pseudonym: '2.5.4.65',
  Locality: '2.5.4.7',
  EmailAddress: '1.2.840.113549.1.9.1',
  UserId: '0.9.2342.19200300.100.1.1',
};

const ALTERNATIVE_NAMES: Readonly<Partial<Record<GeneralNameType, string>>> = {
  email: 'RFC822Name',
  dns: 'DNSName',
  dn: 'DirectoryName',
  url: 'UniformResourceIdentifier',
  ip: 'IPAddress',
};

/** The id AWS IoT knows a certificate by: lower-case hex SHA-256 of its DER. Throws `CertificateValidation` when unreadable. */
export function certificateId(pemOrDer: string | Uint8Array): string {
  return idOf(readCertificate(pemOrDer));
}

/** The id of a certificate that has been read. */
export function idOf(certificate: NodeCertificate): string {
  return certificate.fingerprint256.replaceAll(':', '').toLowerCase();
}

/** The serial number of a certificate that has been read: lower-case hex without leading zeros. */
export function serialNumberOf(certificate: NodeCertificate): string {
  return certificate.serialNumber.toLowerCase().replace(/^0+(?=.)/, '');
}

/** Reads what a certificate says; nothing is verified. Throws `CertificateValidation` naming what cannot be read. */
export function describeCertificate(pemOrDer: string | Uint8Array): CertificateDescription {
  const { node, x509 } = decodeCertificate(pemOrDer);
  return {
    certificateId: idOf(node),
    subject: attributesOf(x509.subjectName),
    issuer: attributesOf(x509.issuerName),
    subjectName: x509.subject,
    issuerName: x509.issuer,
    subjectAlternativeNames: alternativeNames(x509.getExtension(SubjectAlternativeNameExtension)?.names),
    issuerAlternativeNames: alternativeNames(x509.getExtension(IssuerAlternativeNameExtension)?.names),
    serialNumber: serialNumberOf(node),
    notBefore: x509.notBefore,
    notAfter: x509.notAfter,
    isCa: node.ca,
  };
}

/** Whether `authorityPem` is a CA whose name and key stand behind the signature on the certificate; dates are not looked at. */
export function isIssuedBy(certificatePem: string | Uint8Array, authorityPem: string | Uint8Array): boolean {
  const certificate = readCertificate(certificatePem);
  const authority = readCertificate(authorityPem);
  return authority.ca && certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}

/** Whether the private key (PEM) belongs to the certificate. */
export function isKeyOfCertificate(certificatePem: string, privateKeyPem: string): boolean {
  return readCertificate(certificatePem).publicKey.equals(createPublicKey(privateKeyPem));
}

function attributesOf(name: Name): NameAttributes {
  const attributes: NameAttributes = {};
  for (const [attribute, oid] of Object.entries(ATTRIBUTE_OIDS)) {
    const values = name.getField(oid);
    if (values.length > 0) attributes[attribute] = values;
  }
  return attributes;
}

function alternativeNames(names: GeneralNames | undefined): NameAttributes {
  const attributes: NameAttributes = {};
  for (const { type, value } of names?.items ?? []) {
    const attribute = ALTERNATIVE_NAMES[type];
    if (attribute !== undefined) (attributes[attribute] ??= []).push(value);
  }
  return attributes;
}
