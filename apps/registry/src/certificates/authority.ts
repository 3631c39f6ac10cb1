import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { ParsedRequestOf, issueServerCertificate as issueServerCertificateContract } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Clock, DataDirectory } from '#thingcore/platform';
import {
  type Authority as AuthorityKeys,
  createAuthority,
  createKeysAndCertificate,
  type DeviceKeysAndCertificate,
  type DeviceKeyType,
  issueServerCertificate,
} from '#thingcore/pki';
import { SecretBox } from '../secrets/secret-box.js';
import { AuthorityStore } from './authority.store.js';

const NAME = 'thingcore';
const PURPOSE = 'private key of the certification authority';
const AUTHORITY_VALID_DAYS = 20 * 365;
const SERVER_CERTIFICATE_VALID_DAYS = 397;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** AWS: certificates that the server signs are valid until this instant. */
const DEVICE_CERTIFICATE_NOT_AFTER = new Date('2049-12-31T23:59:59Z');

/** The platform's own certification authority. The first start makes it; its certificate is put into `ca.pem`. */
@Injectable()
export class Authority implements OnModuleInit {
  private keys: AuthorityKeys | undefined;

  constructor(
    private readonly store: AuthorityStore,
    private readonly box: SecretBox,
    private readonly dataDirectory: DataDirectory,
    private readonly clock: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    this.keys = (await this.load()) ?? (await this.create());
    await this.dataDirectory.write('ca.pem', this.keys.certificatePem, 0o644);
  }

  /** The certificate that verifies what this authority signed. */
  get certificatePem(): string {
    return this.loaded().certificatePem;
  }

  /** Makes a device's key pair and certificate. */
  issueDeviceCertificate(keyType: DeviceKeyType, now: Date): Promise<DeviceKeysAndCertificate> {
    const authority = this.loaded();
    return createKeysAndCertificate({
      authority,
      keyType,
      commonName: 'AWS IoT Certificate',
      // A device whose clock runs a little behind must be able to use its certificate at once.
      notBefore: new Date(now.getTime() - HOUR_MS),
      notAfter: DEVICE_CERTIFICATE_NOT_AFTER,
    });
  }

  /** Signs the certificate of one of the platform's own servers. */
  async issueServerCertificate(
    { csrPem, hostnames }: ParsedRequestOf<typeof issueServerCertificateContract>,
    now: Date,
  ): Promise<string> {
    const { certificatePem } = await issueServerCertificate({
      authority: this.loaded(),
      csrPem,
      hostnames,
      notBefore: new Date(now.getTime() - HOUR_MS),
      notAfter: new Date(now.getTime() + SERVER_CERTIFICATE_VALID_DAYS * DAY_MS),
    });
    return certificatePem;
  }

  private async load(): Promise<AuthorityKeys | undefined> {
    const record = await this.store.find(NAME);
    if (record === undefined) return undefined;
    return { certificatePem: record.certificatePem, privateKeyPem: this.box.open(record.sealedPrivateKey, PURPOSE) };
  }

  private async create(): Promise<AuthorityKeys> {
    const now = new Date(this.clock.now());
    const keys = await createAuthority({
      commonName: 'Thingcore Device CA',
      organization: 'Thingcore',
      now,
      validForDays: AUTHORITY_VALID_DAYS,
    });
    await this.store.insertIfAbsent({
      name: NAME,
      certificatePem: keys.certificatePem,
      sealedPrivateKey: this.box.seal(keys.privateKeyPem, PURPOSE),
      createdAt: now,
    });
    // Another replica may have been faster: the authority is the one that is stored.
    return (await this.load()) ?? keys;
  }

  private loaded(): AuthorityKeys {
    if (this.keys === undefined)
      throw new IotError('ServiceUnavailable', 'The certification authority is not loaded yet');
    return this.keys;
  }
}
