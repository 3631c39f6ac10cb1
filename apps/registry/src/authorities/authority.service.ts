import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { PlatformAuthority } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { type Authority, certificateId, createAuthority, crossSign, describeCertificate } from '#thingcore/pki';
import { RegistryContext } from '../changes/registry-context.js';
import { RegistryTransactions } from '../changes/registry-transactions.js';
import { AuthorityAnnouncement } from './authority-announcement.js';
import { AuthorityFile } from './authority-file.js';
import { AuthorityKeys } from './authority-keys.js';
import { type AuthorityRecord, AuthorityStore } from './authority.store.js';
import { trustBundle } from './trust.js';

/** All authorities have the same name, so that each may follow each: a path length does not count such certificates. */
const NAME = { commonName: 'Thingcore Device CA', organization: 'Thingcore' };
const VALID_DAYS = 20 * 365;

/** The platform's own certification authorities. The first start makes one; a rotation makes the next. */
@Injectable()
export class AuthorityService implements OnModuleInit {
  constructor(
    private readonly transactions: RegistryTransactions,
    private readonly authorities: AuthorityStore,
    private readonly keys: AuthorityKeys,
    private readonly file: AuthorityFile,
    private readonly announcement: AuthorityAnnouncement,
    private readonly context: RegistryContext,
  ) {}

  async onModuleInit(): Promise<void> {
    const signing = (await this.findSigning()) ?? (await this.createFirst());
    // A secret that does not open the key must stop the start, not the first device.
    this.keys.open(signing);
    await this.file.refresh();
  }

  /** The certificates of all authorities that are not retired, the newest first. */
  async bundle(): Promise<string> {
    return trustBundle(await this.authorities.list());
  }

  /** All authorities, the newest first. */
  async list(): Promise<PlatformAuthority[]> {
    return (await this.authorities.list()).map(toPlatformAuthority);
  }

  /**
   * Makes the authority that signs from now on, cross-signed by the one before, which stays trusted. VersionConflict when
   * another rotation was faster.
   */
  async rotate(): Promise<PlatformAuthority> {
    const before = await this.signing();
    const created = await this.create();
    const cross = await crossSign(this.keys.open(before), created);
    const record = { ...this.toRecord(created), crossCertificatePem: cross.certificatePem };
    await this.transactions.run(async ({ manager }) => {
      const { state } = await this.authorities.lock(manager, before.authorityId);
      if (state !== 'SIGNING') {
        throw new IotError(
          'VersionConflict',
          `Authority ${before.authorityId} has been replaced by another rotation meanwhile: see the list of authorities before you rotate again`,
          { details: { authorityId: before.authorityId } },
        );
      }
      await this.authorities.setState(manager, before.authorityId, 'TRUSTED');
      await this.authorities.insert(manager, record);
    });
    await this.announcement.send();
    return toPlatformAuthority(record);
  }

  /** Takes an authority out of what is handed out. CertificateState for the one that signs. */
  async retire(authorityId: string): Promise<PlatformAuthority> {
    const { record, isNew } = await this.transactions.run(async ({ manager }) => {
      const found = await this.authorities.lock(manager, authorityId);
      if (found.state === 'SIGNING') {
        throw new IotError(
          'CertificateState',
          `Authority ${authorityId} is SIGNING: rotate first, and retire it when every device trusts the new one`,
          { details: { field: 'authorityId', authorityId, state: found.state } },
        );
      }
      await this.authorities.setState(manager, authorityId, 'RETIRED');
      return { record: { ...found, state: 'RETIRED' as const }, isNew: found.state !== 'RETIRED' };
    });
    if (isNew) await this.announcement.send();
    return toPlatformAuthority(record);
  }

  private async createFirst(): Promise<AuthorityRecord> {
    const record = this.toRecord(await this.create());
    await this.transactions.run(({ manager }) => this.authorities.insertIfNoneSigns(manager, record));
    // Another replica may have been faster: the authority is the one that is stored.
    return this.signing();
  }

  private create(): Promise<Authority> {
    return createAuthority({ ...NAME, now: this.context.now(), validForDays: VALID_DAYS });
  }

  private async findSigning(): Promise<AuthorityRecord | undefined> {
    return (await this.authorities.list()).find(({ state }) => state === 'SIGNING');
  }

  private async signing(): Promise<AuthorityRecord> {
    const found = await this.findSigning();
    if (found !== undefined) return found;
    throw new IotError('ServiceUnavailable', 'The certification authority is not there yet');
  }

  private toRecord({ certificatePem, privateKeyPem }: Authority): AuthorityRecord {
    return {
      authorityId: certificateId(certificatePem),
      state: 'SIGNING',
      certificatePem,
      crossCertificatePem: null,
      sealedPrivateKey: this.keys.seal(privateKeyPem),
      createdAt: this.context.now(),
    };
  }
}

function toPlatformAuthority({ authorityId, certificatePem, state, createdAt }: AuthorityRecord): PlatformAuthority {
  const { notAfter } = describeCertificate(certificatePem);
  return { authorityId, certificatePem, state, notAfter: notAfter.getTime(), createdAt: createdAt.getTime() };
}
