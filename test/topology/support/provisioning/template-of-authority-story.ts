import { connectMqttjs } from '../devices/mqttjs-device.js';
import { mayPublish, refusedConnect } from '../identity/attempts.js';
import { OperatorCa } from '../identity/operator-pki.js';
import { registerCa } from '../identity/own-authority-story.js';
import { createTemplate, type Factory } from './factory.js';

const COMMON_NAME = 'AWS::IoT::Certificate::CommonName';
const ID = 'AWS::IoT::Certificate::Id';

/** AWS: Device provisioning, "Just-in-time provisioning" with a template of the type JITP. */
const TEMPLATE = {
  Parameters: { [COMMON_NAME]: { Type: 'String' }, [ID]: { Type: 'String' } },
  Resources: {
    thing: { Type: 'AWS::IoT::Thing', Properties: { ThingName: { Ref: COMMON_NAME } } },
    certificate: { Type: 'AWS::IoT::Certificate', Properties: { CertificateId: { Ref: ID }, Status: 'ACTIVE' } },
    policy: { Type: 'AWS::IoT::Policy', Properties: { PolicyName: 'pumps' } },
  },
};

/** Devices with a certificate of the operator's own authority, which names a template. */
export function describeTemplateOfAuthorityStory(factoryOf: () => Factory): void {
  it('a device of an authority is provisioned by the template that the authority names, with its first connection', async () => {
    const { world, claim } = factoryOf();
    await createTemplate(world, 'first-connection', { type: 'JITP', templateBody: TEMPLATE });
    const ca = await OperatorCa.create('Names a template');
    await registerCa(world, ca, {
      allowAutoRegistration: true,
      registrationConfig: { templateName: 'first-connection' },
    });
    const certificate = { ...(await ca.issue('jitp-pump')), caPem: claim.caPem };
    const identity = { clientId: 'jitp-pump', url: world.node(1).mqtts, certificate };
    await expect(refusedConnect(identity)).resolves.toEqual({ wasSecure: true, packets: [] });
    const device = world.keep(await connectMqttjs(identity, { protocolVersion: 5 }));
    expect(await mayPublish(device, 'pumps/jitp-pump')).toBe(true);
  });
}
