import type { DeviceCredentials, Json } from '../application.js';
import type { IdentityWorld } from '../identity/identity-world.js';
import { allow } from '../identity/operator.js';
import { ClaimDevice, type Format, type NewCertificate } from './claim-device.js';
import { HookServer } from './hook-server.js';

const REF_ID = { Ref: 'AWS::IoT::Certificate::Id' };
const THING = '${iot:Connection.Thing.ThingName}';

/** What a claim may do. AWS: Provisioning by claim, the policy of a claim certificate. */
const CLAIM_TOPICS = ['$aws/certificates/create/*', '$aws/certificates/create-from-csr/*'];

/** A fleet template. AWS: Provisioning templates. */
const PUMPS: Json = {
  Parameters: { Serial: { Type: 'String' }, Zone: { Type: 'String', Default: 'north' } },
  Mappings: { Zones: { north: { Url: 'https://n.example.org' }, south: { Url: 'https://s.example.org' } } },
  Resources: {
    thing: {
      Type: 'AWS::IoT::Thing',
      Properties: {
        ThingName: { 'Fn::Join': ['', ['pump-', { Ref: 'Serial' }]] },
        AttributePayload: { zone: { Ref: 'Zone' } },
      },
      OverrideSettings: { AttributePayload: 'FAIL' },
    },
    certificate: { Type: 'AWS::IoT::Certificate', Properties: { CertificateId: REF_ID, Status: 'ACTIVE' } },
    policy: { Type: 'AWS::IoT::Policy', Properties: { PolicyName: 'pumps' } },
  },
  DeviceConfiguration: { url: { 'Fn::FindInMap': ['Zones', { Ref: 'Zone' }, 'Url'] } },
};

/** What is left of an attempt to provision a device. */
export interface Remains {
  readonly thing: { readonly attributes: Json } | null;
  readonly certificate: {
    readonly status: string;
    readonly policies: readonly { readonly name: string }[];
    readonly things: { readonly edges: readonly { readonly node: { readonly name: string } }[] };
  } | null;
}

/** A factory: an operator's templates, the claim that all its devices share, and the hook that is asked about each. */
export class Factory {
  private readonly devices: ClaimDevice[] = [];
  private turns = 0;

  private constructor(
    readonly world: IdentityWorld,
    readonly hook: HookServer,
    readonly claim: DeviceCredentials & { readonly certificateId: string },
  ) {}

  static async open(world: IdentityWorld): Promise<Factory> {
    const { operator } = world;
    const hook = await HookServer.start();
    await operator.createPolicy('pumps', [
      allow('iot:Connect', `client/${THING}`),
      allow('iot:Publish', `topic/pumps/${THING}`),
    ]);
    const topics = [...CLAIM_TOPICS, '$aws/provisioning-templates/*'];
    await operator.createPolicy('claims', [
      allow('iot:Connect', 'client/*'),
      allow(['iot:Publish', 'iot:Receive'], ...topics.map((topic) => `topic/${topic}`)),
      allow('iot:Subscribe', ...topics.map((topic) => `topicfilter/${topic}`)),
    ]);
    await Promise.all([
      createTemplate(world, 'pumps', { templateBody: PUMPS }),
      createTemplate(world, 'closed', { templateBody: PUMPS, enabled: false }),
      createTemplate(world, 'gated', { templateBody: PUMPS, preProvisioningHook: { targetArn: hook.url } }),
    ]);
    const factory = new Factory(world, hook, await operator.createCertificate());
    await operator.attachPolicy('claims', factory.claim.certificateId);
    return factory;
  }

  /** Connects a device that has nothing but a claim; one node after the other takes them. */
  async connect(
    clientId: string,
    { certificate = this.claim, format = 'json' }: { certificate?: DeviceCredentials; format?: Format } = {},
  ): Promise<ClaimDevice> {
    const url = this.world.node(this.turns++).mqtts;
    const claimed = await ClaimDevice.connect({ clientId, url, certificate }, format);
    this.world.keep(claimed.device);
    this.devices.push(claimed);
    return claimed;
  }

  /** The tokens that devices were given. */
  get tokens(): string[] {
    const told = this.devices.flatMap(({ answers }) =>
      answers.map(({ document }) => document['certificateOwnershipToken']),
    );
    return told.filter((token) => typeof token === 'string');
  }

  /** A claim for one device, as a trusted user asks for it. */
  async createTemporaryClaim(templateName: string): Promise<DeviceCredentials> {
    const { graphql } = this.world.operator;
    const { createProvisioningClaim } = await graphql.run<{
      createProvisioningClaim: { readonly provisioningClaim: DeviceCredentials };
    }>(
      `mutation ($templateName: String!) { createProvisioningClaim(templateName: $templateName) {
        provisioningClaim { certificatePem privateKey: privateKeyPem caPem: authorityPem } } }`,
      { templateName },
    );
    return createProvisioningClaim.provisioningClaim;
  }

  /** What a device connects with once it has been provisioned. */
  credentialsOf({ certificatePem, privateKey }: Omit<NewCertificate, 'certificateOwnershipToken' | 'certificateId'>) {
    return { certificatePem, privateKey, caPem: this.claim.caPem };
  }

  /** What there is of the thing and of the certificate of a device. */
  remainsOf(serial: string, certificateId: string): Promise<Remains> {
    return this.world.operator.graphql.run<Remains>(
      `query ($name: String!, $id: ID!) {
        thing(name: $name) { attributes }
        certificate(id: $id) { status policies { name } things { edges { node { name } } } } }`,
      { name: `pump-${serial}`, id: certificateId },
    );
  }

  close(): Promise<void> {
    return this.hook.stop();
  }
}

/** Creates a template that is enabled unless told. */
export function createTemplate({ operator }: IdentityWorld, name: string, rest: Json): Promise<unknown> {
  return operator.mutate('createProvisioningTemplate', { name, enabled: true, ...rest });
}

/** What is left when nothing was half done. */
export const NOTHING: Remains = {
  thing: null,
  certificate: { status: 'PENDING_ACTIVATION', policies: [], things: { edges: [] } },
};
