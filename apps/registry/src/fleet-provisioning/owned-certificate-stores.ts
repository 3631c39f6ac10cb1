import { Injectable } from '@nestjs/common';
import { CertificateStore } from '../certificates/certificate.store.js';
import { OwnershipTokenStore } from './ownership-token.store.js';

/** Where tokens and their certificates are. */
@Injectable()
export class OwnedCertificateStores {
  constructor(
    readonly tokens: OwnershipTokenStore,
    readonly certificates: CertificateStore,
  ) {}
}
