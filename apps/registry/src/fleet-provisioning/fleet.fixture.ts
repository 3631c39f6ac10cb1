import {
  createFleetCertificateFromCsr,
  createKeysAndCertificate,
  createPolicy,
  createProvisioningTemplate,
  getCertificates,
  getPoliciesOfTargets,
  getThings,
  registerFleetThing,
  type RequestOf,
} from '#thingcore/contracts';
import { certificateRequest } from '../certificates/certificates.fixture.js';
import type { RegistryFixture } from '../registry.fixture.js';

/** A policy document that allows connecting. */
export const DOCUMENT = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'iot:Connect', Resource: '*' }],
});

/** What a template of {@link fleetTemplate} says beside its thing's name. */
export interface FleetTemplateParts {
  readonly thing?: object;
  readonly thingOverrides?: object;
  readonly policy?: object;
  readonly status?: string;
}

/** A fleet provisioning template that names its thing after the serial number, and tells the zone. */
export function fleetTemplate({
  thing = {},
  thingOverrides,
  policy = { PolicyName: 'pump-policy' },
  status = 'ACTIVE',
}: FleetTemplateParts = {}): string {
  return JSON.stringify({
    Parameters: { Serial: { Type: 'String' }, Zone: { Type: 'String', Default: 'north' } },
    Mappings: { Zones: { north: { Url: 'https://n.example.org' }, south: { Url: 'https://s.example.org' } } },
    Resources: {
      thing: {
        Type: 'AWS::IoT::Thing',
        Properties: { ThingName: { 'Fn::Join': ['', ['pump-', { Ref: 'Serial' }]] }, ...thing },
        ...(thingOverrides === undefined ? {} : { OverrideSettings: thingOverrides }),
      },
      cert: {
        Type: 'AWS::IoT::Certificate',
        Properties: { CertificateId: { Ref: 'AWS::IoT::Certificate::Id' }, Status: status },
      },
      policy: { Type: 'AWS::IoT::Policy', Properties: policy },
    },
    DeviceConfiguration: { baseUrl: { 'Fn::FindInMap': ['Zones', { Ref: 'Zone' }, 'Url'] } },
  });
}

/** A factory: a claim certificate that all its devices share, and the policy of its pumps. */
export class Factory {
  private constructor(
    private readonly registry: RegistryFixture,
    /** The id of the shared claim certificate. */
    readonly claimCertificateId: string,
    private readonly certificateSigningRequest: string,
  ) {}

  /** Makes the claim and the policy `pump-policy`. */
  static async open(registry: RegistryFixture): Promise<Factory> {
    await registry.call(createPolicy, { policyName: 'pump-policy', policyDocument: DOCUMENT });
    return new Factory(registry, await Factory.claim(registry), await certificateRequest('EC_P256'));
  }

  /** Makes an ACTIVE certificate that claims. */
  static async claim(registry: RegistryFixture): Promise<string> {
    const request = { setAsActive: true, keyType: 'EC_P256' as const };
    return (await registry.call(createKeysAndCertificate, request)).certificateId;
  }

  /** Makes an enabled template. */
  template(
    templateName: string,
    templateBody = fleetTemplate(),
    more: Partial<RequestOf<typeof createProvisioningTemplate>> = {},
  ) {
    return this.registry.call(createProvisioningTemplate, { templateName, templateBody, enabled: true, ...more });
  }

  /** What a device with a new certificate has; all have the same key, which is quick. */
  device(claimCertificateId = this.claimCertificateId) {
    const { certificateSigningRequest } = this;
    const request = { claimCertificateId, clientId: 'device', certificateSigningRequest };
    return this.registry.call(createFleetCertificateFromCsr, request);
  }

  /** Registers the thing of a device. */
  register(request: Partial<RequestOf<typeof registerFleetThing>> & { certificateOwnershipToken: string }) {
    const { claimCertificateId } = this;
    return this.registry.call(registerFleetThing, {
      claimCertificateId,
      clientId: 'device',
      templateName: 'pumps',
      parameters: { Serial: '800' },
      ...request,
    });
  }

  /** The status of a certificate; undefined when there is none. */
  async statusOf(certificateId: string) {
    const { certificates } = await this.registry.call(getCertificates, { certificateIds: [certificateId] });
    return certificates[0]?.status;
  }

  /** The policies that are attached to a certificate. */
  async policiesOf(certificateId: string) {
    const { targets } = await this.registry.call(getPoliciesOfTargets, { targets: [certificateId] });
    return targets[0]?.policyNames;
  }

  /** A thing; undefined when there is none. */
  async thing(thingName: string) {
    return (await this.registry.call(getThings, { thingNames: [thingName] })).things[0];
  }
}
