import { Injectable } from '@nestjs/common';
import type { ParsedRequestOf, registerFleetThing, ReplyOf } from '#thingcore/contracts';
import { reviveError } from '#thingcore/errors';
import { Logger } from '#thingcore/platform';
import { ProvisioningMetrics } from '../provisioning/provisioning-metrics.js';

type Request = ParsedRequestOf<typeof registerFleetThing>;
type Reply = ReplyOf<typeof registerFleetThing>;

/** Counts and logs what becomes of registrations. */
@Injectable()
export class FleetObservation {
  constructor(
    private readonly metrics: ProvisioningMetrics,
    private readonly logger: Logger,
  ) {}

  /** Does the work of a request for a template that exists. */
  async of(request: Request, work: () => Promise<Reply>): Promise<Reply> {
    const { templateName, claimCertificateId, clientId } = request;
    const facts = { templateName, claimCertificateId, clientId };
    try {
      const reply = await this.metrics.count('fleet', templateName, work);
      const { thingName, certificateId } = reply;
      this.logger.info('a device was provisioned', { ...facts, thingName, certificateId });
      return reply;
    } catch (error) {
      const { code, message: reason } = reviveError(error);
      this.logger.warn('a device was not provisioned', { ...facts, code, reason });
      throw error;
    }
  }
}
