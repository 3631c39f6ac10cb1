import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { type CaCertificate, getRegistrationCode, registerCaCertificate, type RequestOf } from '#thingcore/contracts';
import {
  type Authority,
  certificateFromCsr,
  createAuthority,
  createKeysAndCertificate,
  type DeviceKeysAndCertificate,
  type DeviceKeyType,
  type IssuedCertificate,
} from '#thingcore/pki';
import type { RegistryReplica, TestClock } from '../registry.fixture.js';

const DAY_MS = 86_400_000;

/** What a test says of the CA it wants. */
export interface CaOptions {
  commonName?: string;
  keyType?: DeviceKeyType;
  validForDays?: number;
}

/** What a test says of the device certificate it wants; times are milliseconds since the epoch. */
export interface DeviceOptions {
  commonName?: string;
  keyType?: DeviceKeyType;
  notBefore?: number;
  notAfter?: number;
}

/** Makes certificates as operators and their devices do, valid by the clock of a test. */
export class OperatorPki {
  constructor(private readonly clock: TestClock) {}

  /** A CA of an operator. */
  ca({ commonName = 'Factory CA', keyType = 'EC_P256', validForDays = 365 }: CaOptions = {}): Promise<Authority> {
    const now = new Date(this.clock.now());
    return createAuthority({ commonName, organization: 'Acme', now, validForDays, keyType });
  }

  /** A device's key and the certificate that a CA has signed for it; valid for thirty days from yesterday on. */
  device(ca: Authority, options: DeviceOptions = {}): Promise<DeviceKeysAndCertificate> {
    const { commonName = 'pump-7', keyType = 'EC_P256' } = options;
    return createKeysAndCertificate({ authority: ca, commonName, keyType, ...this.validity(options) });
  }

  /** The certificate that a CA has signed for a device with this subject, such as `[{ O: ['Acme'] }]`. */
  async deviceWithSubject(ca: Authority, subject: Record<string, string[]>[]): Promise<IssuedCertificate> {
    const csrPem = await certificateRequest('EC_P256', subject);
    return certificateFromCsr({ authority: ca, csrPem, commonName: 'unnamed', ...this.validity({}) });
  }

  private validity({ notBefore, notAfter }: DeviceOptions): { notBefore: Date; notAfter: Date } {
    const now = this.clock.now();
    return { notBefore: new Date(notBefore ?? now - DAY_MS), notAfter: new Date(notAfter ?? now + 30 * DAY_MS) };
  }

  /** Proves a CA to a registry and registers it. */
  async register(
    registry: RegistryReplica,
    ca: Authority,
    request: Partial<RequestOf<typeof registerCaCertificate>> = {},
  ): Promise<CaCertificate> {
    const { registrationCode } = await registry.call(getRegistrationCode, {});
    const proof = await this.device(ca, { commonName: registrationCode });
    return registry.call(registerCaCertificate, {
      caCertificatePem: ca.certificatePem,
      verificationCertificatePem: proof.certificatePem,
      ...request,
    });
  }
}

/** A certificate signing request of a device that keeps its key to itself. */
export async function certificateRequest(
  keyType: DeviceKeyType,
  subject: Record<string, string[]>[] = [],
): Promise<string> {
  const algorithm =
    keyType === 'EC_P256'
      ? { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
      : {
          name: 'RSASSA-PKCS1-v1_5',
          modulusLength: 2048,
          publicExponent: new Uint8Array([1, 0, 1]),
          hash: 'SHA-256',
        };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const request = await Pkcs10CertificateRequestGenerator.create({ name: subject, keys, signingAlgorithm: algorithm });
  return `${request.toString('pem')}\n`;
}

/** The order of the curve P-256. SEC 2, 2.4.2. */
const P256_ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');

/**
 * The same certificate with the other signature that is as good: for every (r, s) of ECDSA, (r, n - s) verifies too. No
 * private key is needed. For certificates that a CA on P-256 has signed.
 */
export function withOtherSignature(certificatePem: string): string {
  const der = new X509Certificate(certificatePem).raw;
  // Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue BIT STRING }
  const [content, algorithm, signature] = childrenOf(der);
  // The first byte of a BIT STRING counts its unused bits. ECDSA-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }
  const [r, s] = childrenOf(contentOf(signature).subarray(1));
  const other = P256_ORDER - BigInt(`0x${contentOf(s).toString('hex')}`);
  const digits = other.toString(16);
  // A leading zero byte keeps the INTEGER positive.
  const integer = Buffer.from(`00${digits.length % 2 === 0 ? '' : '0'}${digits}`, 'hex');
  const shortest = integer.readUInt8(1) < 0x80 ? integer.subarray(1) : integer;
  const value = tlv(0x30, [r, tlv(0x02, [shortest])]);
  return new X509Certificate(tlv(0x30, [content, algorithm, tlv(0x03, [Buffer.of(0), value])])).toString();
}

function tlv(tag: number, parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const header = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...header), content]);
}

function sizeOf(der: Buffer): { header: number; total: number } {
  const first = der.readUInt8(1);
  const header = first < 0x80 ? 2 : 2 + (first & 0x7f);
  return { header, total: header + (first < 0x80 ? first : der.readUIntBE(2, header - 2)) };
}

function contentOf(der: Buffer): Buffer {
  const { header, total } = sizeOf(der);
  return der.subarray(header, total);
}

function childrenOf(der: Buffer): [Buffer, Buffer, Buffer] {
  const children: Buffer[] = [];
  for (let rest = contentOf(der); rest.length > 0; rest = rest.subarray(sizeOf(rest).total)) {
    children.push(rest.subarray(0, sizeOf(rest).total));
  }
  const [first = Buffer.of(), second = Buffer.of(), third = Buffer.of()] = children;
  return [first, second, third];
}
