import { Agent } from 'node:https';
import {
  DeleteConnectionCommand,
  DeleteThingShadowCommand,
  GetConnectionCommand,
  GetRetainedMessageCommand,
  IoTDataPlaneClient,
  ListRetainedMessagesCommand,
  ListSubscriptionsCommand,
  PublishCommand,
  SendDirectMessageCommand,
} from '@aws-sdk/client-iot-data-plane';
import { accessKeyRevoked } from '#thingcore/contracts';
import { waitFor } from '#thingcore/testing';
import { ACCESS_KEY_SECRET, arn, registry } from '../fake-registry.fixture.js';
import type { DataPlaneUnderTest } from './data-plane.fixture.js';

const KEYS = { operator: 'AKIAOPERATOROPERATOR', viewer: 'AKIAVIEWERVIEWERVIEW' };

/** What applications ask with their access keys, by the unmodified client of AWS; and what is said of signatures. */
export function describeSignedRequests(plane: DataPlaneUnderTest): void {
  const { ask, heardOn } = plane;

  describe('a signed request', () => {
    const clients: IoTDataPlaneClient[] = [];

    const sdk = (accessKeyId: string, changes: { secret?: string; offset?: number } = {}) => {
      const client = new IoTDataPlaneClient({
        endpoint: `https://localhost:${plane.listener.port}`,
        region: 'us-east-1',
        maxAttempts: 1,
        credentials: { accessKeyId, secretAccessKey: changes.secret ?? ACCESS_KEY_SECRET },
        systemClockOffset: changes.offset ?? 0,
        requestHandler: { httpsAgent: new Agent({ ca: registry.authorityPem }) },
      });
      clients.push(client);
      return client;
    };

    beforeAll(() => {
      registry.accessKeys.set(KEYS.operator, { role: 'operator' });
      registry.accessKeys.set(KEYS.viewer, { role: 'viewer' });
    });

    afterAll(() => {
      for (const client of clients) client.destroy();
    });

    it('publishes with all that MQTT 5 has, as the holder of the key', async () => {
      const heard = await heardOn('signed/+');
      await sdk(KEYS.operator).send(
        new PublishCommand({
          topic: 'signed/a b,ü',
          qos: 1,
          payload: Buffer.from('hello'),
          contentType: 'text/plain',
          userProperties: '[{"lot":"A"}]',
          payloadFormatIndicator: 'UTF8_DATA',
        }),
      );
      await waitFor(() => heard.length === 1, { what: 'the message' });
      expect(heard[0]).toMatchObject({
        topic: 'signed/a b,ü',
        text: 'hello',
        packet: { qos: 1, properties: { contentType: 'text/plain', userProperties: { lot: 'A' } } },
      });
    });

    it('reads retained messages, as a viewer too', async () => {
      const viewer = sdk(KEYS.viewer);
      const { payload = [] } = await viewer.send(new GetRetainedMessageCommand({ topic: 'site/cfg' }));
      expect(Buffer.from(payload).toString()).toBe('on');
      const { retainedTopics } = await viewer.send(new ListRetainedMessagesCommand({ maxResults: 10 }));
      expect(retainedTopics).toMatchObject([{ topic: 'site/cfg' }]);
    });

    it('looks at the connections of clients, sends to one and ends it', async () => {
      const operator = sdk(KEYS.operator);
      const client = await plane.broker.connect({ clientId: 'app-7', protocolVersion: 5 });
      await client.subscribeAsync('x/#', { qos: 1 });
      const inbox: string[] = [];
      client.on('message', (topic, payload) => inbox.push(`${topic} ${payload.toString()}`));
      const clientId = 'app-7';
      await waitFor(
        () =>
          operator.send(new GetConnectionCommand({ clientId, includeSocketInformation: true })).then(
            ({ connected, sourceIp }) => connected === true && sourceIp !== undefined,
            () => false,
          ),
        { what: 'the connection' },
      );
      const { subscriptions } = await operator.send(new ListSubscriptionsCommand({ clientId, maxResults: 5 }));
      expect(subscriptions).toEqual([{ topicFilter: 'x/#', qos: 1 }]);
      const message = { clientId, topic: 'direct/a', payload: Buffer.from('you'), confirmation: true };
      await expect(operator.send(new SendDirectMessageCommand(message))).resolves.toMatchObject({ message: 'OK' });
      expect(inbox).toEqual(['direct/a you']);
      await operator.send(new DeleteConnectionCommand({ clientId }));
      await waitFor(() => !client.connected, { what: 'the end' });
    });

    it.each<[string, (viewer: IoTDataPlaneClient) => Promise<unknown>]>([
      ['publishes', (viewer) => viewer.send(new PublishCommand({ topic: 'signed/b' }))],
      ['ends connections', (viewer) => viewer.send(new DeleteConnectionCommand({ clientId: 'any' }))],
      ['deletes shadows', (viewer) => viewer.send(new DeleteThingShadowCommand({ thingName: 'lamp' }))],
      [
        'sends to a client',
        (viewer) =>
          viewer.send(new SendDirectMessageCommand({ clientId: 'any', topic: 'a', payload: Buffer.alloc(1) })),
      ],
    ])('of a viewer is refused that %s', async (_name, send) => {
      await expect(send(sdk(KEYS.viewer))).rejects.toMatchObject({
        name: 'ForbiddenException',
        $metadata: { httpStatusCode: 403 },
      });
    });

    it.each<[string, string, () => IoTDataPlaneClient]>([
      ['another secret', 'InvalidSignatureException', () => sdk(KEYS.operator, { secret: 'wrong' })],
      ['a key that nobody has', 'UnrecognizedClientException', () => sdk('AKIANOBODYNOBODYNOBO')],
      ['a clock that is late', 'InvalidSignatureException', () => sdk(KEYS.operator, { offset: -400_000 })],
      ['a clock that is fast', 'InvalidSignatureException', () => sdk(KEYS.operator, { offset: 400_000 })],
    ])('is refused with %s as %s', async (_name, name, client) => {
      await expect(client().send(new PublishCommand({ topic: 'signed/c' }))).rejects.toMatchObject({
        name,
        $metadata: { httpStatusCode: 403, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string },
      });
    });

    it('counts as who has signed it, also when a certificate is shown', async () => {
      const authorization =
        'AWS4-HMAC-SHA256 Credential=AKIANOBODYNOBODYNOBO/20260131/us-east-1/iotdata/aws4_request, ' +
        `SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`;
      const headers = { authorization, 'x-amz-date': '20260131T120000Z' };
      const answer = await ask('POST', '/topics/a', { headers, body: 'x' });
      expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([403, 'UnrecognizedClientException']);
    });

    it('is refused when it is signed for another API', async () => {
      const authorization =
        `AWS4-HMAC-SHA256 Credential=${KEYS.operator}/20260131/us-east-1/iot/aws4_request, ` +
        `SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`;
      const headers = { authorization, 'x-amz-date': '20260131T120000Z' };
      const answer = await ask('POST', '/topics/a', { headers, body: 'x', by: undefined });
      expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([403, 'InvalidSignatureException']);
      expect(answer.body).toMatchObject({ message: expect.stringContaining("not to 'iot'") as string });
    });

    it('is refused from the moment on that its key is revoked', async () => {
      const accessKeyId = 'AKIALEAVERLEAVERLEAV';
      registry.accessKeys.set(accessKeyId, { role: 'operator' });
      const leaver = sdk(accessKeyId);
      await leaver.send(new PublishCommand({ topic: 'signed/d' }));
      registry.accessKeys.delete(accessKeyId);
      await plane.broker.events.publish(accessKeyRevoked, { accessKeyId });
      await waitFor(
        () =>
          leaver.send(new PublishCommand({ topic: 'signed/d' })).then(
            () => false,
            ({ name }: Error) => name === 'UnrecognizedClientException',
          ),
        { what: 'the refusal' },
      );
    });

    it('cannot be verified while the registry is away', async () => {
      registry.isAway = true;
      try {
        const other = sdk('AKIAOTHEROTHEROTHERO').send(new PublishCommand({ topic: 'signed/e' }));
        await expect(other).rejects.toMatchObject({ name: 'ServiceUnavailableException' });
      } finally {
        registry.isAway = false;
      }
    });
  });

  describe('connections of other clients', () => {
    it('are for devices whose policies say so', async () => {
      const keeper = await registry.addDevice({
        Effect: 'Allow',
        Action: ['iot:GetConnection', 'iot:DeleteConnection'],
        Resource: arn('client/kept-*'),
      });
      await plane.broker.connect({ clientId: 'kept-1' });
      const statusOf = async (method: string, path: string) => (await ask(method, path, { by: keeper })).status;
      await waitFor(async () => (await statusOf('GET', '/connections/kept-1')) === 200, { what: 'the connection' });
      expect(await statusOf('DELETE', '/connections/kept-1?preventWillMessage=yes')).toBe(400);
      expect(await statusOf('GET', '/connections/kept-1/subscriptions')).toBe(403);
      expect(await statusOf('GET', '/connections/other')).toBe(403);
      expect(await statusOf('DELETE', '/connections/kept-1')).toBe(200);
      expect(await statusOf('DELETE', '/connections/kept-2')).toBe(404);
    });
  });
}
