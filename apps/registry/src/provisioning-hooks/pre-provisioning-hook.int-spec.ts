import { createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { jest } from '@jest/globals';
import { updateCertificate, updateProvisioningTemplate } from '#thingcore/contracts';
import { Logger } from '#thingcore/platform';
import { Factory, fleetTemplate } from '../fleet-provisioning/fleet.fixture.js';
import { type RegistryFixture, startRegistry } from '../registry.fixture.js';
import { HookServer } from './hook.fixture.js';

const FUNCTION_ARN = 'arn:aws:lambda:eu-test-1:111111111111:function:gate';
const SECRET = 'a secret of the factory';

// AWS: "Pre-provisioning hooks"
describe('a pre-provisioning hook', () => {
  let registry: RegistryFixture;
  let factory: Factory;
  let hook: HookServer;

  beforeAll(async () => {
    hook = await HookServer.start();
    const keys = { awsAccessKeyId: 'AKIDEXAMPLE', awsSecretAccessKey: 'secret' };
    registry = await startRegistry({ config: { hookDeadlineMs: 1_000, lambdaEndpoint: hook.url, ...keys } });
    factory = await Factory.open(registry);
    await factory.template('pumps', fleetTemplate(), {
      preProvisioningHook: { targetArn: `${hook.url}/gate`, signingSecret: SECRET },
    });
    await factory.template('by-function', fleetTemplate(), { preProvisioningHook: { targetArn: FUNCTION_ARN } });
  });

  afterAll(async () => {
    await registry.stop();
    await hook.stop();
  });

  beforeEach(() => {
    hook.asked.length = 0;
    hook.answer = answering(200, { allowProvisioning: true });
  });

  it('is asked with what AWS documents, and its overrides count more than what the device says', async () => {
    const device = await factory.device();
    hook.answer = answering(200, { allowProvisioning: true, parameterOverrides: { Zone: 'south' } });
    const { certificateOwnershipToken, certificateId, certificatePem } = device;
    const parameters = { Serial: 'asked', Zone: 'north' };
    const reply = await factory.register({ certificateOwnershipToken, parameters });
    expect(reply.deviceConfiguration).toEqual({ baseUrl: 'https://s.example.org' });
    const [question] = hook.asked;
    expect(question).toMatchObject({ method: 'POST', path: '/gate', headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(question?.body ?? '')).toEqual({
      claimCertificateId: factory.claimCertificateId,
      certificateId,
      certificatePem,
      templateArn: 'arn:aws:iot:us-east-1:123456789012:provisioningtemplate/pumps',
      clientId: 'device',
      parameters,
    });
  });

  it('can tell by the signature that it is the registry which asks, and when', async () => {
    const { certificateOwnershipToken } = await factory.device();
    await factory.register({ certificateOwnershipToken, parameters: { Serial: 'signed' } });
    const [question] = hook.asked;
    const time = question?.headers['x-thingcore-timestamp'];
    expect(time).toBe(String(registry.clock.now()));
    const signature = createHmac('sha256', SECRET)
      .update(`${String(time)}.${question?.body ?? ''}`)
      .digest('hex');
    expect(question?.headers['x-thingcore-signature']).toBe(`sha256=${signature}`);
  });

  it('may be a function, which the API of AWS Lambda invokes', async () => {
    const { certificateOwnershipToken } = await factory.device();
    const parameters = { Serial: 'function' };
    await factory.register({ certificateOwnershipToken, parameters, templateName: 'by-function' });
    expect(hook.asked[0]).toMatchObject({
      path: `/2015-03-31/functions/${encodeURIComponent(FUNCTION_ARN)}/invocations`,
      headers: {
        'x-amz-invocation-type': 'RequestResponse',
        authorization: expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-test-1\/lambda\//),
      },
    });
  });

  it('is not asked for a token that does not count', async () => {
    await expect(factory.register({ certificateOwnershipToken: 'never' })).rejects.toThrow();
    expect(hook.asked).toEqual([]);
  });

  const forbidden = { code: 'Forbidden', details: { templateName: 'pumps' } };
  const answers: [name: string, answer: (response: ServerResponse) => void][] = [
    ['refuses', answering(200, { allowProvisioning: false })],
    ['says nothing of allowProvisioning', answering(200, { parameterOverrides: {} })],
    ['says "true" as a text', answering(200, { allowProvisioning: 'true' })],
    ['says 1', answering(200, { allowProvisioning: 1 })],
    ['overrides with what is no text', answering(200, { allowProvisioning: true, parameterOverrides: { Zone: 1 } })],
    ['answers no JSON', (response) => response.end('yes')],
    ['answers nothing', (response) => response.end()],
    ['fails', answering(500, { allowProvisioning: true })],
    ['answers without being asked to proceed', answering(202, { allowProvisioning: true })],
    ['leads elsewhere', (response) => response.writeHead(307, { location: `${hook.url}/other` }).end()],
    ['hangs', () => undefined],
    ['hangs in the middle of its answer', (response) => response.writeHead(200).write('{"allowProvisioning":true')],
    ['answers too much', (response) => response.end(`{"allowProvisioning":true,"x":"${'x'.repeat(70_000)}"}`)],
    ['cuts the connection', (response) => response.destroy()],
  ];

  it.each(answers)('that %s lets nobody in, and nothing is made', async (_name, answer) => {
    const { certificateOwnershipToken, certificateId } = await factory.device();
    hook.answer = answer;
    const refused = factory.register({ certificateOwnershipToken, parameters: { Serial: 'refused' } });
    await expect(refused).rejects.toMatchObject(forbidden);
    expect(hook.asked.map(({ path }) => path)).toEqual(['/gate']);
    expect(await factory.thing('pump-refused')).toBeUndefined();
    expect(await factory.statusOf(certificateId)).toBe('PENDING_ACTIVATION');
  });

  it('that allows a device whose claim was taken away meanwhile lets nobody in', async () => {
    const claimCertificateId = await Factory.claim(registry);
    const { certificateOwnershipToken } = await factory.device(claimCertificateId);
    const revoked = { certificateId: claimCertificateId, newStatus: 'REVOKED' as const };
    hook.answer = (response) => {
      void registry.call(updateCertificate, revoked).then(() => {
        answering(200, { allowProvisioning: true })(response);
      });
    };
    const parameters = { Serial: 'meanwhile' };
    const refused = factory.register({ claimCertificateId, certificateOwnershipToken, parameters });
    await expect(refused).rejects.toMatchObject({ code: 'Forbidden', message: expect.stringContaining('REVOKED') });
    expect(await factory.thing('pump-meanwhile')).toBeUndefined();
  });

  it('that is a function and fails lets nobody in', async () => {
    const { certificateOwnershipToken } = await factory.device();
    hook.answer = (response) =>
      response.writeHead(200, { 'x-amz-function-error': 'Unhandled' }).end('{"allowProvisioning":true}');
    const refused = factory.register({ certificateOwnershipToken, templateName: 'by-function' });
    await expect(refused).rejects.toMatchObject({ code: 'Forbidden' });
  });

  it('keeps what stands in the query of its URL out of the log', async () => {
    const preProvisioningHook = { targetArn: `${hook.url}/gate?key=of-the-operator` };
    await factory.template('with-query', fleetTemplate(), { preProvisioningHook });
    const { certificateOwnershipToken } = await factory.device();
    hook.answer = answering(200, { allowProvisioning: false });
    const warn = jest.spyOn(Logger.prototype, 'warn');
    await expect(factory.register({ certificateOwnershipToken, templateName: 'with-query' })).rejects.toThrow();
    const logged = JSON.stringify(warn.mock.calls);
    warn.mockRestore();
    expect(hook.asked[0]?.path).toBe('/gate?key=of-the-operator');
    expect(logged).toContain(`"target":"${hook.url}/gate"`);
    expect(logged).not.toContain('of-the-operator');
  });

  it('leaves the token to a device that asks again when the hook is back', async () => {
    const { certificateOwnershipToken } = await factory.device();
    hook.answer = answering(503, {});
    const parameters = { Serial: 'later' };
    await expect(factory.register({ certificateOwnershipToken, parameters })).rejects.toMatchObject(forbidden);
    hook.answer = answering(200, { allowProvisioning: true });
    await factory.register({ certificateOwnershipToken, parameters });
    expect(await factory.thing('pump-later')).toBeDefined();
  });

  it.each([
    ['a URL with a password', { targetArn: 'https://me:secret@gate.example.org/' }],
    ['a file', { targetArn: 'file:///etc/passwd' }],
    ['a short secret', { targetArn: 'https://gate.example.org/', signingSecret: 'short' }],
    ['a secret for a function', { targetArn: FUNCTION_ARN, signingSecret: SECRET }],
  ])('cannot be %s', async (_name, preProvisioningHook) => {
    const refused = registry.call(updateProvisioningTemplate, { templateName: 'pumps', preProvisioningHook });
    await expect(refused).rejects.toMatchObject({ code: 'InvalidRequest' });
  });

  it('shows that it is signed, and not the secret', async () => {
    const template = await registry.call(updateProvisioningTemplate, { templateName: 'pumps', enabled: true });
    expect(template.preProvisioningHook).toEqual({
      payloadVersion: '2020-04-01',
      targetArn: `${hook.url}/gate`,
      isSigned: true,
    });
  });
});

function answering(status: number, document: object): (response: ServerResponse) => void {
  return (response) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document));
}
