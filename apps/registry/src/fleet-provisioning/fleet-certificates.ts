import { Injectable } from '@nestjs/common';
import type {
  createFleetCertificateFromCsr,
  createFleetKeysAndCertificate,
  ParsedRequestOf,
  ReplyOf,
} from '#thingcore/contracts';
import { AuthoritySigner } from '../authorities/authority-signer.js';
import { atField } from '../certificates/at-field.js';
import { RegistryContext } from '../changes/registry-context.js';
import { ClaimCheck } from './claim-check.js';
import { NewCertificates } from './new-certificates.js';

/** The certificates that devices get with a claim. They count once their thing is registered with the token. */
@Injectable()
export class FleetCertificates {
  constructor(
    private readonly claims: ClaimCheck,
    private readonly signer: AuthoritySigner,
    private readonly newCertificates: NewCertificates,
    private readonly context: RegistryContext,
  ) {}

  /** Makes a key pair and its certificate. AWS: RSA with 2048 bits. */
  async createKeysAndCertificate({
    claimCertificateId,
  }: ParsedRequestOf<typeof createFleetKeysAndCertificate>): Promise<ReplyOf<typeof createFleetKeysAndCertificate>> {
    await this.claims.require(claimCertificateId);
    await this.newCertificates.requireRoom(claimCertificateId);
    const { issued } = await this.signer.issueKeysAndCertificate('RSA_2048', this.context.now());
    return { ...(await this.newCertificates.keep(claimCertificateId, issued)), privateKey: issued.privateKeyPem };
  }

  /** Signs a device's own request. CertificateValidation for one that cannot be trusted. */
  async createFromCsr({
    claimCertificateId,
    certificateSigningRequest,
  }: ParsedRequestOf<typeof createFleetCertificateFromCsr>): Promise<ReplyOf<typeof createFleetCertificateFromCsr>> {
    await this.claims.require(claimCertificateId);
    await this.newCertificates.requireRoom(claimCertificateId);
    const { issued } = await atField('certificateSigningRequest', () =>
      this.signer.issueFromCsr(certificateSigningRequest, this.context.now()),
    );
    return this.newCertificates.keep(claimCertificateId, issued);
  }
}
