import type { Json } from '../application.js';
import { goodbyeTo, refusedConnect } from '../identity/attempts.js';
import { OperatorCa } from '../identity/operator-pki.js';
import { type Factory, NOTHING } from './factory.js';
import type { HookConduct } from './hook-server.js';

/** Long enough to connect and to ask for a certificate. */
const SHORT_LIFE_MS = 2_500;

const PARAMETERS = { Serial: 'refused' };

/** Devices that are not provisioned, and what is left of their attempts: nothing. */
export function describeRefusedDeviceStory(factoryOf: () => Factory): void {
  it.each<[string, string, Json, number, string]>([
    ['a parameter missing', 'pumps', {}, 400, 'InvalidParameters'],
    ['a thing name that none can have', 'pumps', { Serial: 'a/b' }, 400, 'InvalidParameters'],
    ['a parameter that is no text', 'pumps', { Serial: 7 }, 400, 'InvalidParameters'],
    ['a template that is not enabled', 'closed', PARAMETERS, 403, 'AccessDenied'],
    ['a template that does not exist', 'unknown', PARAMETERS, 404, 'ResourceNotFound'],
  ])(
    'with %s a device is refused, and nothing is made of it',
    async (_name, template, parameters, statusCode, errorCode) => {
      const factory = factoryOf();
      const device = await factory.connect(`refused-by-${template}`);
      const { certificateId, certificateOwnershipToken } = await device.createFromCsr();
      const refused = await device.register(template, certificateOwnershipToken, parameters);
      expect(refused).toMatchObject({ outcome: 'rejected', document: { statusCode, errorCode } });
      await expect(factory.remainsOf('refused', certificateId)).resolves.toEqual(NOTHING);
      await device.disconnect();
    },
  );

  it('a token is good once, for the claim that got it, and for nothing else', async () => {
    const factory = factoryOf();
    const { operator } = factory.world;
    const otherClaim = await operator.createCertificate();
    await operator.attachPolicy('claims', otherClaim.certificateArn);
    const [device, thief] = await Promise.all([
      factory.connect('owner'),
      factory.connect('thief', { certificate: otherClaim }),
    ]);
    const { certificateId, certificateOwnershipToken: token } = await device.createFromCsr();
    const badToken = {
      outcome: 'rejected',
      document: { statusCode: 400, errorCode: 'InvalidCertificateOwnershipToken' },
    };
    await expect(thief.register('pumps', token, { Serial: 'stolen' })).resolves.toMatchObject(badToken);
    await expect(device.register('pumps', `${token}x`, { Serial: 'stolen' })).resolves.toMatchObject(badToken);
    await expect(factory.remainsOf('stolen', certificateId)).resolves.toEqual(NOTHING);
    const registered = await device.register('pumps', token, { Serial: 'owned' });
    expect(registered.outcome).toBe('accepted');
    await expect(device.register('pumps', token, { Serial: 'stolen' })).resolves.toMatchObject(badToken);
    await expect(factory.remainsOf('stolen', certificateId)).resolves.toMatchObject({ thing: null });
  });

  it('a thing that is there with other attributes stays as it is, when the template wants that to fail', async () => {
    const factory = factoryOf();
    const device = await factory.connect('twice');
    const first = await device.createFromCsr();
    await device.register('pumps', first.certificateOwnershipToken, { Serial: 'twice', Zone: 'north' });
    const { certificateId, certificateOwnershipToken } = await device.createFromCsr();
    const again = await device.register('pumps', certificateOwnershipToken, { Serial: 'twice', Zone: 'south' });
    expect(again).toMatchObject({ outcome: 'rejected', document: { statusCode: 409, errorCode: 'ResourceConflicts' } });
    await expect(factory.remainsOf('twice', certificateId)).resolves.toEqual({
      ...NOTHING,
      thing: { attributes: { zone: 'north' } },
    });
  });

  describe('with a pre-provisioning hook', () => {
    it.each<[string, HookConduct]>([
      ['hangs', () => 'hang'],
      ['says no', () => ({ answer: { allowProvisioning: false } })],
      ['does not say', () => ({ answer: {} })],
      ['fails', () => ({ status: 500, answer: { allowProvisioning: true } })],
      [
        'overrides with what is no text',
        () => ({ answer: { allowProvisioning: true, parameterOverrides: { Zone: 1 } } }),
      ],
    ])('that %s a device is refused', async (_name, conduct) => {
      const factory = factoryOf();
      factory.hook.conduct = conduct;
      const device = await factory.connect('hooked');
      const { certificateId, certificateOwnershipToken } = await device.createFromCsr();
      const refused = await device.register('gated', certificateOwnershipToken, PARAMETERS);
      expect(refused).toMatchObject({ outcome: 'rejected', document: { statusCode: 403, errorCode: 'AccessDenied' } });
      await expect(factory.remainsOf('refused', certificateId)).resolves.toEqual(NOTHING);
      await device.disconnect();
    });

    it('that allows it, a device is provisioned with the parameters that the hook overrides', async () => {
      const factory = factoryOf();
      factory.hook.conduct = () => ({ answer: { allowProvisioning: true, parameterOverrides: { Zone: 'south' } } });
      const device = await factory.connect('allowed');
      const { certificateId, certificatePem, certificateOwnershipToken } = await device.createFromCsr();
      const answer = await device.register('gated', certificateOwnershipToken, { Serial: 'allowed' });
      expect(answer.document).toEqual({
        deviceConfiguration: { url: 'https://s.example.org' },
        thingName: 'pump-allowed',
      });
      // AWS: Pre-provisioning hooks, the input
      expect(factory.hook.questions.at(-1)).toEqual({
        claimCertificateId: factory.claim.certificateId,
        certificateId,
        certificatePem,
        templateArn: 'arn:aws:iot:us-east-1:123456789012:provisioningtemplate/gated',
        clientId: 'allowed',
        parameters: { Serial: 'allowed' },
      });
    });
  });

  it('a claim that has expired brings no device in, and ends the connections it has', async () => {
    const factory = factoryOf();
    const { operator } = factory.world;
    const expiresAt = new Date(Date.now() + SHORT_LIFE_MS);
    const identity = await (await OperatorCa.create('Claims')).issue('short-lived', { notAfter: expiresAt });
    const certificate = { ...identity, caPem: factory.claim.caPem };
    const input = { certificatePem: identity.certificatePem, status: 'ACTIVE' };
    const { arn } = await operator.mutate<{ arn: string }>('registerCertificateWithoutCa', input, 'arn');
    await operator.attachPolicy('claims', arn);
    const device = await factory.connect('latecomer', { certificate });
    const goodbye = goodbyeTo(device.device);
    await device.createFromCsr();
    await expect(goodbye).resolves.toMatchObject({ reason: expect.stringContaining('expired') as string });
    const url = factory.world.node().mqtts;
    await expect(refusedConnect({ clientId: 'latecomer', url, certificate })).resolves.toMatchObject({ packets: [] });
  });
}
