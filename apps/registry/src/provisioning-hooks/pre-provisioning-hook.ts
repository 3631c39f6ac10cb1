import { Inject, Injectable } from '@nestjs/common';
import { IotError } from '#thingcore/errors';
import { Logger } from '#thingcore/platform';
import { RegistryContext } from '../changes/registry-context.js';
import type { TemplateRecord } from '../provisioning-templates/provisioning-template.store.js';
import { TemplateHooks } from '../provisioning-templates/template-hooks.js';
import { REGISTRY_CONFIG, type RegistryConfig } from '../registry.config.js';
import { exchange } from './hook-exchange.js';
import { type HookDecision, readHookAnswer } from './hook-answer.js';
import { HookTargets } from './hook-targets.js';

/** Who wants to be provisioned, in the words that AWS has for hooks. */
export interface HookQuestion {
  readonly claimCertificateId: string;
  /** The new certificate. */
  readonly certificateId: string;
  readonly certificatePem: string;
  readonly clientId: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Asks the hook of a template whether a device may be provisioned. AWS: "Pre-provisioning hooks". */
@Injectable()
export class PreProvisioningHook {
  constructor(
    private readonly hooks: TemplateHooks,
    private readonly targets: HookTargets,
    private readonly context: RegistryContext,
    private readonly logger: Logger,
    @Inject(REGISTRY_CONFIG) private readonly config: RegistryConfig,
  ) {}

  /**
   * The parameters of a device as the hook wants them. Forbidden when it refuses, fails, or says nothing in time; why, is
   * in the log: it is nothing that the device should know.
   */
  async ask(template: TemplateRecord, question: HookQuestion): Promise<Readonly<Record<string, string>>> {
    if (template.hook === null) return question.parameters;
    const { templateName, hook } = template;
    const decision = await this.decide(template, question);
    if (decision.isAllowed) return { ...question.parameters, ...decision.overrides };
    const { clientId, certificateId } = question;
    // Operators put keys into queries, too.
    const [target] = hook.target.split('?', 1);
    const facts = { templateName, target, clientId, certificateId, reason: decision.reason };
    this.logger.warn('a pre-provisioning hook did not allow a device', facts);
    throw new IotError('Forbidden', `The hook of provisioning template ${templateName} does not allow this device`, {
      details: { templateName },
    });
  }

  private async decide({ templateName, hook }: TemplateRecord, question: HookQuestion): Promise<HookDecision> {
    if (hook === null) return { isAllowed: true, overrides: {} };
    const { claimCertificateId, certificateId, certificatePem, clientId, parameters } = question;
    const templateArn = this.context.arn('provisioningtemplate', templateName);
    const asked = { claimCertificateId, certificateId, certificatePem, templateArn, clientId, parameters };
    try {
      const secret = this.hooks.secretOf(templateName, hook);
      const request = await this.targets.requestFor(hook.target, JSON.stringify(asked), secret);
      return readHookAnswer(await exchange(request, this.config.hookDeadlineMs));
    } catch (error) {
      return { isAllowed: false, reason: error instanceof Error ? error.message : String(error) };
    }
  }
}
