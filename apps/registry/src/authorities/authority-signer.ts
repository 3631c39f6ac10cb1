import { Injectable } from '@nestjs/common';
import type { ParsedRequestOf, ReplyOf, issueServerCertificate } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import {
  type Authority,
  certificateFromCsr,
  createKeysAndCertificate,
  type DeviceKeysAndCertificate,
  type DeviceKeyType,
  type IssuedCertificate,
  issueServerCertificate as signServerCertificate,
} from '#thingcore/pki';
import { AuthorityKeys } from './authority-keys.js';
import { type AuthorityRecord, AuthorityStore } from './authority.store.js';
import { crossCertificates, trustBundle } from './trust.js';

const SERVER_CERTIFICATE_VALID_DAYS = 397;
const DAY_MS = 86_400_000;

/** A device whose clock runs a little behind must be able to use its certificate at once. */
const BACKDATED_MS = 3_600_000;

/** AWS: certificates that the server signs have this subject unless a request says another, and end at this instant. */
const DEVICE_COMMON_NAME = 'AWS IoT Certificate';
const DEVICE_CERTIFICATE_NOT_AFTER = new Date('2049-12-31T23:59:59Z');

/** A certificate fresh from the authority, and what its device trusts. */
export interface Issued<T> {
  issued: T;
  authorityPem: string;
}

/**
 * Signs with the platform's own authority. Which one signs is asked of the database each time, so that no replica signs
 * with yesterday's.
 */
@Injectable()
export class AuthoritySigner {
  constructor(
    private readonly authorities: AuthorityStore,
    private readonly keys: AuthorityKeys,
  ) {}

  /** Makes a device's key pair and certificate. */
  async issueKeysAndCertificate(keyType: DeviceKeyType, now: Date): Promise<Issued<DeviceKeysAndCertificate>> {
    const { authority, newestFirst } = await this.signing();
    const issued = await createKeysAndCertificate({ ...deviceCertificate(authority, now), keyType });
    return { issued, authorityPem: trustBundle(newestFirst) };
  }

  /** Makes the key pair and the certificate of a temporary claim, which ends at `notAfter`. */
  async issueClaim(now: Date, notAfter: Date): Promise<Issued<DeviceKeysAndCertificate>> {
    const { authority, newestFirst } = await this.signing();
    const certificate = { ...deviceCertificate(authority, now), notAfter, keyType: 'RSA_2048' as const };
    return { issued: await createKeysAndCertificate(certificate), authorityPem: trustBundle(newestFirst) };
  }

  /** Signs a device's own request. CertificateValidation for a request that cannot be trusted. */
  async issueFromCsr(csrPem: string, now: Date): Promise<Issued<IssuedCertificate>> {
    const { authority, newestFirst } = await this.signing();
    const issued = await certificateFromCsr({ ...deviceCertificate(authority, now), csrPem });
    return { issued, authorityPem: trustBundle(newestFirst) };
  }

  /** Signs the certificate of one of the platform's own servers. */
  async issueServerCertificate(
    { csrPem, hostnames }: ParsedRequestOf<typeof issueServerCertificate>,
    now: Date,
  ): Promise<ReplyOf<typeof issueServerCertificate>> {
    const { authority, newestFirst } = await this.signing();
    const { certificatePem } = await signServerCertificate({
      authority,
      csrPem,
      hostnames,
      notBefore: new Date(now.getTime() - BACKDATED_MS),
      notAfter: new Date(now.getTime() + SERVER_CERTIFICATE_VALID_DAYS * DAY_MS),
    });
    return {
      certificateChainPem: [certificatePem, ...crossCertificates(newestFirst)].join(''),
      authorityPem: trustBundle(newestFirst),
    };
  }

  private async signing(): Promise<{ authority: Authority; newestFirst: AuthorityRecord[] }> {
    const newestFirst = await this.authorities.list();
    const record = newestFirst.find(({ state }) => state === 'SIGNING');
    if (record === undefined) {
      throw new IotError('ServiceUnavailable', 'The certification authority is not there yet');
    }
    return { authority: this.keys.open(record), newestFirst };
  }
}

function deviceCertificate(authority: Authority, now: Date) {
  return {
    authority,
    commonName: DEVICE_COMMON_NAME,
    notBefore: new Date(now.getTime() - BACKDATED_MS),
    notAfter: DEVICE_CERTIFICATE_NOT_AFTER,
  };
}
