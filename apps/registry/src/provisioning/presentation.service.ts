import { Injectable } from '@nestjs/common';
import type { ParsedRequestOf, presentCertificate, ReplyOf } from '#thingcore/contracts';
import { reviveError } from '#thingcore/errors';
import { type DeviceCertificate, readDeviceCertificate } from '#thingcore/pki';
import { JustInTimeProvisioning } from './just-in-time-provisioning.js';
import { JustInTimeRegistration } from './just-in-time-registration.js';
import { outcomeOf } from './presentation-outcome.js';

/** Certificates that devices show and that do not count yet. */
@Injectable()
export class PresentationService {
  constructor(
    private readonly registration: JustInTimeRegistration,
    private readonly provisioning: JustInTimeProvisioning,
  ) {}

  /** Registers and provisions a certificate, as far as the operator's CAs say so. */
  async present({
    certificatePem,
  }: ParsedRequestOf<typeof presentCertificate>): Promise<ReplyOf<typeof presentCertificate>> {
    let certificate: DeviceCertificate;
    try {
      certificate = readDeviceCertificate(certificatePem);
    } catch (error) {
      // Anybody can show anything: what no CA could register is no fault of the caller.
      return { outcome: 'UNKNOWN', reason: reviveError(error).message };
    }
    const { status, template } = await this.registration.register(certificate);
    if (template !== undefined) return this.provisioning.provision(certificate, template);
    return { outcome: outcomeOf(status) };
  }
}
