import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import { IotError } from '#thingcore/errors';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
} from './x509.js';
import { readCertificateRequest } from './certificate-request.js';
import {
  distinguishedName,
  importSigningKey,
  signCertificate,
  signingAlgorithm,
  type Authority,
  type IssuedCertificate,
  type Validity,
} from './certificate-signer.js';
import { generateKeys, type KeyType } from './generate-keys.js';

const LONGEST_COMMON_NAME = 64; // RFC 5280, appendix A.1, ub-common-name

/** What a server certificate is made from. */
export interface ServerCertificateRequest extends Validity {
  readonly authority: Authority;
  readonly csrPem: string;
  /** DNS names (a leading `*.` allowed) and IP addresses the server is reached by; what the request says of names is ignored. */
  readonly hostnames: readonly string[];
  /** Hexadecimal; random when left out. */
  readonly serialNumber?: string;
}

/** Makes a key (PKCS#8 PEM), EC P-256 unless told otherwise, for a server and the request to have it certified for these names. */
export async function createServerKeyAndCsr(
  hostnames: readonly string[],
  keyType: KeyType = 'EC_P256',
): Promise<{ privateKeyPem: string; csrPem: string }> {
  const { publicKey, privateKey } = await generateKeys(keyType);
  const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const algorithm = signingAlgorithm(publicKey);
  const csr = await Pkcs10CertificateRequestGenerator.create({
    name: distinguishedName(commonNameOf(hostnames)),
    keys: {
      privateKey: await importSigningKey(privateKeyPem),
      publicKey: await webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify']),
    },
    signingAlgorithm: algorithm,
    extensions: [subjectAlternativeNames(hostnames)],
  });
  return { privateKeyPem, csrPem: `${csr.toString('pem')}\n` };
}

/** Certifies a server's key for its names. Throws `CertificateValidation` for a bad request, `InvalidRequest` for a bad name. */
export async function issueServerCertificate(request: ServerCertificateRequest): Promise<IssuedCertificate> {
  const csr = await readCertificateRequest(request.csrPem);
  return signCertificate(request.authority, {
    ...request,
    subject: distinguishedName(commonNameOf(request.hostnames)),
    publicKeyDer: new Uint8Array(csr.publicKey.rawData),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      // RSA key exchange of TLS 1.2 encrypts with the certificate's key; an EC key only ever signs.
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      subjectAlternativeNames(request.hostnames),
    ],
  });
}

function commonNameOf(hostnames: readonly string[]): string {
  return hostnames.find((name) => name.length <= LONGEST_COMMON_NAME) ?? 'server';
}

function subjectAlternativeNames(hostnames: readonly string[]): SubjectAlternativeNameExtension {
  if (hostnames.length === 0) throw new IotError('InvalidRequest', 'A server certificate needs at least one hostname');
  return new SubjectAlternativeNameExtension(
    hostnames.map((name) => {
      if (isIP(name)) return { type: 'ip', value: name };
      if (/^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/i.test(name)) {
        return { type: 'dns', value: name };
      }
      throw new IotError('InvalidRequest', `"${name}" is neither a DNS name nor an IP address`);
    }),
  );
}
