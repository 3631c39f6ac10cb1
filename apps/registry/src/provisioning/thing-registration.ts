import { Injectable } from '@nestjs/common';
import type { ParsedRequestOf, registerThing, ReplyOf } from '#thingcore/contracts';
import { type ProvisioningTemplate, resolveTemplate } from '#thingcore/provisioning-template';
import { RegistryContext } from '../changes/registry-context.js';
import { RegistryTransactions } from '../changes/registry-transactions.js';
import { checkTemplate } from '../provisioning-templates/check-template.js';
import { ProvisioningMetrics } from './provisioning-metrics.js';
import { ProvisioningService } from './provisioning.service.js';
import { registrationFailure } from './registration-failure.js';
import { registrationReply } from './registration-reply.js';

type Registered = ReplyOf<typeof registerThing>;

/** Registers things with what belongs to them, as a template says. AWS: RegisterThing. */
@Injectable()
export class ThingRegistration {
  constructor(
    private readonly transactions: RegistryTransactions,
    private readonly provisioning: ProvisioningService,
    private readonly metrics: ProvisioningMetrics,
    private readonly context: RegistryContext,
  ) {}

  /** Reads a template for {@link registerWith}. InvalidRequest with the place in it as `details.place`. */
  read(templateBody: string): ProvisioningTemplate {
    return checkTemplate('templateBody', templateBody, 'REGISTER');
  }

  /** Registers one thing. */
  register({ templateBody, parameters }: ParsedRequestOf<typeof registerThing>): Promise<Registered> {
    return this.registerWith(this.read(templateBody), parameters);
  }

  /**
   * Registers one thing with a template that has been read: all of it, or nothing. InvalidRequest for parameters that the
   * template cannot use, ResourceAlreadyExists where an OverrideSetting FAIL is met, ResourceRegistrationFailure.
   */
  registerWith(template: ProvisioningTemplate, parameters: Readonly<Record<string, string>>): Promise<Registered> {
    return this.metrics.count('register-thing', '', async () => {
      const plan = resolveTemplate(template, parameters);
      const provisioned = await this.transactions
        .run((tx) => this.provisioning.applyIn(tx, plan))
        .catch((error: unknown) => {
          throw registrationFailure(error);
        });
      return registrationReply(this.context, plan, provisioned);
    });
  }
}
