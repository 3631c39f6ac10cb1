import { createHash, X509Certificate } from 'node:crypto';
import type { DeviceCredentials } from '../application.js';
import { connectMqttjs } from '../devices/mqttjs-device.js';
import { mayPublish, refusedConnect } from './attempts.js';
import type { IdentityWorld } from './identity-world.js';
import { type KeyKind, OperatorCa } from './operator-pki.js';
import { allow } from './operator.js';
import { registerCa } from './own-authority-story.js';

const COMMON_NAME = { Ref: 'AWS::IoT::Certificate::CommonName' };
const CERTIFICATE_ID = { Ref: 'AWS::IoT::Certificate::Id' };

/** What a device gets by its first connection. AWS: Device provisioning, "Just-in-time provisioning". */
const TEMPLATE = {
  Parameters: {
    'AWS::IoT::Certificate::CommonName': { Type: 'String' },
    'AWS::IoT::Certificate::Id': { Type: 'String' },
  },
  Resources: {
    thing: {
      Type: 'AWS::IoT::Thing',
      Properties: {
        ThingName: COMMON_NAME,
        AttributePayload: { label: { 'Fn::Join': ['-', ['no', COMMON_NAME]] } },
        ThingGroups: ['provisioned'],
      },
    },
    certificate: {
      Type: 'AWS::IoT::Certificate',
      Properties: { CertificateId: CERTIFICATE_ID, Status: 'ACTIVE' },
    },
    policy: { Type: 'AWS::IoT::Policy', Properties: { PolicyName: 'newcomers' } },
  },
};

/** Devices that nobody has registered, with certificates of an authority that may bring them in. */
export function describeFirstConnectionStory(worldOf: () => IdentityWorld): void {
  const newDevice = async (ca: OperatorCa, commonName: string) => {
    const certificate: DeviceCredentials = { ...(await ca.issue(commonName)), caPem: await worldOf().trust() };
    const der = new X509Certificate(certificate.certificatePem).raw;
    return { certificate, id: createHash('sha256').update(der).digest('hex') };
  };

  describe.each<[KeyKind, number]>([
    ['ECDSA', 0],
    ['RSA', 1],
  ])('a device with a certificate (%s) that nobody has registered', (kind, turn) => {
    const urlOf = () => worldOf().node(turn).mqtts;

    beforeAll(async () => {
      if (turn > 0) return;
      const { operator } = worldOf();
      await operator.createPolicy('newcomers', [
        allow('iot:Connect', 'client/${iot:Certificate.Subject.CommonName}'),
        allow('iot:Publish', 'topic/new/${iot:ClientId}'),
      ]);
      await operator.mutate('createThingGroup', { name: 'provisioned' });
    });

    it('is registered by its first connection, told of, and let in when the operator activates it', async () => {
      const { operator, witness } = worldOf();
      const ca = await OperatorCa.create(`Registering ${kind}`, kind);
      const { id: caId } = await registerCa(worldOf(), ca, { allowAutoRegistration: true });
      const clientId = `registered-${kind}`;
      const { certificate, id } = await newDevice(ca, clientId);
      const identity = { clientId, url: urlOf(), certificate };
      await expect(refusedConnect(identity)).resolves.toEqual({ wasSecure: true, packets: [] });

      const topic = `$aws/events/certificates/registered/${caId}`;
      const event = await witness.inbox.find((message) => message.topic === topic, 'the registration');
      expect(JSON.parse(event.payload)).toMatchObject({
        certificateId: id,
        caCertificateId: caId,
        certificateStatus: 'PENDING_ACTIVATION',
        awsAccountId: '123456789012',
      });
      await expect(operator.statusOf(id)).resolves.toBe('PENDING_ACTIVATION');
      await expect(refusedConnect(identity)).resolves.toEqual({ wasSecure: true, packets: [] });

      await operator.setStatus(id, 'ACTIVE');
      await operator.attachPolicy('newcomers', id);
      const device = worldOf().keep(await connectMqttjs(identity, { protocolVersion: 5 }));
      expect(await mayPublish(device, `new/${clientId}`)).toBe(true);
    });

    it('is provisioned by its first connection as the template says, and let in by the second', async () => {
      const { operator } = worldOf();
      const ca = await OperatorCa.create(`Provisioning ${kind}`, kind);
      const registrationConfig = { templateBody: TEMPLATE };
      await registerCa(worldOf(), ca, { allowAutoRegistration: true, registrationConfig });
      const clientId = `provisioned-${kind}`;
      const { certificate, id } = await newDevice(ca, clientId);
      const identity = { clientId, url: urlOf(), certificate };
      await expect(refusedConnect(identity)).resolves.toEqual({ wasSecure: true, packets: [] });
      const device = worldOf().keep(await connectMqttjs(identity, { protocolVersion: 5 }));
      expect(await mayPublish(device, `new/${clientId}`)).toBe(true);
      await expect(
        operator.graphql.run(
          `query ($name: String!, $id: ID!) {
            thing(name: $name) { attributes groups { name } principals { nodes { certificateId } } }
            certificate(id: $id) { status policies { name } things { edges { node { name } } } } }`,
          { name: clientId, id },
        ),
      ).resolves.toEqual({
        thing: {
          attributes: { label: `no-${clientId}` },
          groups: [{ name: 'provisioned' }],
          principals: { nodes: [{ certificateId: id }] },
        },
        certificate: {
          status: 'ACTIVE',
          policies: [{ name: 'newcomers' }],
          things: { edges: [{ node: { name: clientId } }] },
        },
      });
    });
  });

  it('a device is not registered by an authority that is not active, nor by one that does not register by itself', async () => {
    const { operator } = worldOf();
    for (const options of [{ setAsActive: false, allowAutoRegistration: true }, { allowAutoRegistration: false }]) {
      const ca = await OperatorCa.create('Closed');
      await registerCa(worldOf(), ca, options);
      const { certificate, id } = await newDevice(ca, 'early');
      const identity = { clientId: 'early', url: worldOf().node().mqtts, certificate };
      await expect(refusedConnect(identity)).resolves.toEqual({ wasSecure: true, packets: [] });
      await expect(operator.statusOf(id)).resolves.toBeUndefined();
    }
  });

  it('a device that cannot be provisioned stays outside, and the denial says why', async () => {
    const { operator } = worldOf();
    const ca = await OperatorCa.create('Provisioning in vain');
    const policy = { Type: 'AWS::IoT::Policy', Properties: { PolicyName: 'not-there' } };
    const templateBody = { ...TEMPLATE, Resources: { ...TEMPLATE.Resources, policy } };
    await registerCa(worldOf(), ca, { allowAutoRegistration: true, registrationConfig: { templateBody } });
    const { certificate, id } = await newDevice(ca, 'in-vain');
    const identity = { clientId: 'in-vain', url: worldOf().node(1).mqtts, certificate };
    await expect(refusedConnect(identity)).resolves.toEqual({ wasSecure: true, packets: [] });
    await expect(operator.statusOf(id)).resolves.toBe('PENDING_ACTIVATION');
    await expect(operator.graphql.run('{ thing(name: "in-vain") { name } }')).resolves.toEqual({ thing: null });
    const { denials } = await operator.graphql.run<{ denials: { nodes: { cause: string; summary: string }[] } }>(
      '{ denials(filter: { clientId: "in-vain" }) { nodes { cause summary } } }',
    );
    expect(denials.nodes).toEqual([{ cause: 'CERTIFICATE', summary: expect.stringContaining('not-there') as string }]);
  });
}
