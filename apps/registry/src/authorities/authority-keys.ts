import { Injectable } from '@nestjs/common';
import type { Authority } from '#thingcore/pki';
import { SecretBox } from '../secrets/secret-box.js';
import type { AuthorityRecord } from './authority.store.js';

/** What the private key of an authority is sealed for. */
export const purposeOfAuthority = 'private key of the certification authority';

/** The private keys of the authorities, which leave this process sealed only. */
@Injectable()
export class AuthorityKeys {
  private readonly opened = new Map<string, Authority>();

  constructor(private readonly box: SecretBox) {}

  /** A private key as it is stored. */
  seal(privateKeyPem: string): string {
    return this.box.seal(privateKeyPem, purposeOfAuthority);
  }

  /** An authority with its key. InvalidRequest, naming the setting, when it was sealed with another secret. */
  open({ authorityId, certificatePem, sealedPrivateKey }: AuthorityRecord): Authority {
    const known = this.opened.get(authorityId);
    if (known !== undefined) return known;
    const authority = { certificatePem, privateKeyPem: this.box.open(sealedPrivateKey, purposeOfAuthority) };
    this.opened.set(authorityId, authority);
    return authority;
  }
}
