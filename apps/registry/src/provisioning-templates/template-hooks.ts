import { Injectable } from '@nestjs/common';
import type { createProvisioningTemplate, ParsedRequestOf, ProvisioningTemplateType } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { HookTargets } from '../provisioning-hooks/hook-targets.js';
import { SecretBox } from '../secrets/secret-box.js';
import type { TemplateHook } from './provisioning-template.store.js';

type RequestedHook = NonNullable<ParsedRequestOf<typeof createProvisioningTemplate>['preProvisioningHook']>;

const FIELD = 'preProvisioningHook';

/** The hooks of templates as they are stored. */
@Injectable()
export class TemplateHooks {
  constructor(
    private readonly targets: HookTargets,
    private readonly secrets: SecretBox,
  ) {}

  /** What is stored of a hook. InvalidRequest for a type of template that asks none, or a target that cannot be asked. */
  toStored(templateName: string, type: ProvisioningTemplateType, hook: RequestedHook): TemplateHook {
    // AWS: CreateProvisioningTemplate, "preProvisioningHook".
    if (type !== 'FLEET_PROVISIONING') {
      throw new IotError('InvalidRequest', `A template of the type ${type} asks no hook: leave it out`, {
        details: { field: FIELD, type },
      });
    }
    const { payloadVersion, targetArn: target, signingSecret } = hook;
    this.targets.check(`${FIELD}.targetArn`, target);
    if (signingSecret === undefined) return { payloadVersion, target, sealedSecret: null };
    if (!target.startsWith('http')) {
      throw new IotError('InvalidRequest', 'AWS signs what a Lambda function is sent: leave the signingSecret out', {
        details: { field: `${FIELD}.signingSecret` },
      });
    }
    return { payloadVersion, target, sealedSecret: this.secrets.seal(signingSecret, purposeOfHook(templateName)) };
  }

  /** The secret that signs what a hook is sent, if there is one. */
  secretOf(templateName: string, { sealedSecret }: TemplateHook): string | undefined {
    return sealedSecret === null ? undefined : this.secrets.open(sealedSecret, purposeOfHook(templateName));
  }
}

/** What the secret of a hook is sealed for. */
export function purposeOfHook(templateName: string): string {
  return `the hook of provisioning template ${templateName}`;
}
