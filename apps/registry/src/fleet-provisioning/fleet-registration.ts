import { Injectable } from '@nestjs/common';
import type { ParsedRequestOf, registerFleetThing, ReplyOf } from '#thingcore/contracts';
import {
  CERTIFICATE_ID_PARAMETER,
  parseProvisioningTemplate,
  type ProvisioningPlan,
  resolveTemplate,
} from '#thingcore/provisioning-template';
import { PreProvisioningHook } from '../provisioning-hooks/pre-provisioning-hook.js';
import {
  ProvisioningTemplateStore,
  type TemplateRecord,
} from '../provisioning-templates/provisioning-template.store.js';
import { disabledTemplate, missingTemplate, wrongTemplateType } from '../provisioning-templates/template-refusals.js';
import { ClaimCheck } from './claim-check.js';
import { FleetObservation } from './fleet-observation.js';
import { fleetFailure, invalidParameters } from './fleet-refusals.js';
import { OwnedCertificates } from './owned-certificates.js';

type Request = ParsedRequestOf<typeof registerFleetThing>;
type Reply = ReplyOf<typeof registerFleetThing>;

/** Provisions devices that hold a new certificate. AWS: "Device provisioning MQTT API", RegisterThing. */
@Injectable()
export class FleetRegistration {
  constructor(
    private readonly claims: ClaimCheck,
    private readonly templates: ProvisioningTemplateStore,
    private readonly certificates: OwnedCertificates,
    private readonly hook: PreProvisioningHook,
    private readonly observation: FleetObservation,
  ) {}

  /**
   * Registers the thing of a device: all that the template says, or nothing. A refusal leaves the token as it was, so that
   * a device whose parameters were wrong, or whose hook was away, can ask again within the token's hour.
   */
  async register(request: Request): Promise<Reply> {
    const { claimCertificateId, templateName } = request;
    await this.claims.require(claimCertificateId, templateName);
    const [template] = await this.templates.findMany([templateName]);
    if (template === undefined) throw missingTemplate(templateName);
    return this.observation.of(request, () => this.registerWith(template, request));
  }

  private async registerWith(template: TemplateRecord, request: Request): Promise<Reply> {
    requireUsable(template);
    const certificate = await this.certificates.find(request);
    // Before anything is made, and outside of any transaction: a hook may take its time.
    const { claimCertificateId, clientId, parameters: given } = request;
    const parameters = await this.hook.ask(template, {
      claimCertificateId,
      ...certificate,
      clientId,
      parameters: given,
    });
    // The claim may have been taken away while the hook thought about it.
    if (template.hook !== null) await this.claims.require(claimCertificateId, template.templateName);
    const plan = planOf(template.templateBody, certificate.certificateId, parameters);
    const provisioned = await this.certificates.provision(request, plan, requireUsable).catch((error: unknown) => {
      throw fleetFailure(error);
    });
    return { ...provisioned, deviceConfiguration: toReply(plan.deviceConfiguration) };
  }
}

function requireUsable({ templateName, type, enabled }: TemplateRecord): void {
  if (type !== 'FLEET_PROVISIONING') throw wrongTemplateType('templateName', templateName, 'FLEET_PROVISIONING', type);
  if (!enabled) throw disabledTemplate('Forbidden', templateName);
}

/** The id of the certificate comes last: neither a device nor a hook may name another's. */
function planOf(
  templateBody: string,
  certificateId: string,
  parameters: Readonly<Record<string, string>>,
): ProvisioningPlan {
  const template = parseProvisioningTemplate(templateBody, 'FLEET_PROVISIONING');
  try {
    return resolveTemplate(template, { ...parameters, [CERTIFICATE_ID_PARAMETER]: certificateId });
  } catch (error) {
    throw invalidParameters(error);
  }
}

function toReply(configuration: ProvisioningPlan['deviceConfiguration']): Reply['deviceConfiguration'] {
  const entries = Object.entries(configuration).map(([name, value]) => [
    name,
    typeof value === 'object' && value !== null ? [...value] : value,
  ]);
  return Object.fromEntries(entries) as Reply['deviceConfiguration'];
}
