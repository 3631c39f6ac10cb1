import { Inject, Injectable } from '@nestjs/common';
import type { createFleetCertificateFromCsr, ReplyOf } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import type { IssuedCertificate } from '#thingcore/pki';
import { IdGenerator } from '#thingcore/platform';
import { CertificateIssuerService } from '../certificates/certificate-issuer.service.js';
import { RegistryContext } from '../changes/registry-context.js';
import { RegistryTransactions } from '../changes/registry-transactions.js';
import { REGISTRY_CONFIG, type RegistryConfig } from '../registry.config.js';
import { OwnershipTokenStore } from './ownership-token.store.js';

/** AWS: "Device provisioning MQTT API", CreateKeysAndCertificate: the token expires after one hour. */
const TOKEN_LIFETIME_MS = 3_600_000;

const TOKEN_BYTES = 32;

/** Certificates that wait for their thing, and the tokens of their owners. */
@Injectable()
export class NewCertificates {
  constructor(
    private readonly transactions: RegistryTransactions,
    private readonly issuer: CertificateIssuerService,
    private readonly tokens: OwnershipTokenStore,
    private readonly ids: IdGenerator,
    private readonly context: RegistryContext,
    @Inject(REGISTRY_CONFIG) private readonly config: RegistryConfig,
  ) {}

  /**
   * Throttling for a claim with too many certificates that wait: a factory registers what it asks for, and whoever holds a
   * claim that leaked does not. Requests that come at the same time may each find the last place.
   */
  async requireRoom(claimCertificateId: string): Promise<void> {
    const limit = this.config.waitingCertificatesPerClaim;
    const waiting = await this.tokens.countOpen(claimCertificateId, this.context.now(), limit);
    if (waiting < limit) return;
    throw new IotError(
      'Throttling',
      `${limit} certificates of the claim certificate ${claimCertificateId} wait for their thing, which is as many as ` +
        'there can be: register their things, or wait until their hour is over',
      { details: { claimCertificateId, limit } },
    );
  }

  /** Stores a certificate, PENDING_ACTIVATION, with the hash of a new token; the token itself is in the answer alone. */
  async keep(
    claimCertificateId: string,
    issued: IssuedCertificate,
  ): Promise<ReplyOf<typeof createFleetCertificateFromCsr>> {
    const { certificateId, certificatePem } = issued;
    const certificateOwnershipToken = this.ids.secret(TOKEN_BYTES);
    const expiresAt = new Date(this.context.now().getTime() + TOKEN_LIFETIME_MS);
    await this.transactions.run(async (tx) => {
      await this.issuer.storeIn(tx, issued, 'PENDING_ACTIVATION');
      const record = { certificateId, claimCertificateId, expiresAt };
      await this.tokens.insert(tx.manager, certificateOwnershipToken, record);
    });
    return { certificateId, certificatePem, certificateOwnershipToken };
  }
}
