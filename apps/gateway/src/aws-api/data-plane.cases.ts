import {
  DeleteConnectionCommand,
  DeleteThingShadowCommand,
  GetConnectionCommand,
  GetRetainedMessageCommand,
  GetThingShadowCommand,
  ListNamedShadowsForThingCommand,
  ListRetainedMessagesCommand,
  ListSubscriptionsCommand,
  PublishCommand,
  SendDirectMessageCommand,
  UpdateThingShadowCommand,
} from '@aws-sdk/client-iot-data-plane';
import {
  type Connectivity,
  deleteConnection,
  deleteShadow,
  getConnectivity,
  getRetainedMessage,
  getShadow,
  listNamedShadows,
  listRetainedMessages,
  listSubscriptions,
  publishMessage,
  sendDirectMessage,
  updateShadow,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { AwsSdk } from './aws-sdk.fixture.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();

const CONNECTED: Connectivity = {
  clientId: 'lamp',
  connected: true,
  timestamp: 5,
  thingName: 'lamp',
  connectedSince: 5,
  sessionIdentifier: 's',
  principal: 'p',
  versionNumber: 1,
  cleanSession: false,
  keepAliveDuration: 30,
  sessionExpiry: 3_600,
  sourceIp: '10.0.0.1',
  sourcePort: 4_000,
};

/** What AWS SDKs expect of the data plane. */
export function describeDataPlane(): void {
  describe('the data plane of the HTTP API', () => {
    let gateway: GatewayUnderTest;
    let data: ReturnType<AwsSdk['data']>;

    beforeAll(async () => {
      gateway = await startGateway();
      data = new AwsSdk(gateway).data();
    });
    afterAll(() => gateway.close());

    describe('messages', () => {
      beforeAll(() => {
        gateway.services.answer(publishMessage, () => ({ messageId: 'm' }));
        gateway.services.answer(sendDirectMessage, () => ({ messageId: 'm' }));
      });

      it('are published with all that MQTT 5 lets them say', async () => {
        await data.send(
          new PublishCommand({
            topic: 'site/a b/+1',
            qos: 1,
            retain: true,
            payload: Buffer.from('hi'),
            contentType: 'text/plain',
            responseTopic: 'answers/1',
            messageExpiry: 60,
            correlationData: base64('c'),
            userProperties: JSON.stringify([{ a: 'b' }, { a: 'c' }]),
            payloadFormatIndicator: 'UTF8_DATA',
          }),
        );
        expect(gateway.services.requestsOf(publishMessage).at(-1)).toMatchObject({
          topic: 'site/a b/+1',
          qos: 1,
          retain: true,
          payload: base64('hi'),
          properties: {
            contentType: 'text/plain',
            responseTopic: 'answers/1',
            messageExpiryInterval: 60,
            correlationData: base64('c'),
            userProperties: [
              ['a', 'b'],
              ['a', 'c'],
            ],
            payloadFormatIndicator: true,
          },
        });
      });

      it.each([
        ['qos', { qos: 2 }],
        ['correlationData', { correlationData: '***' }],
        ['userProperties', { userProperties: '{"a":"b"}' }],
        ['payloadFormatIndicator', { payloadFormatIndicator: 'LATIN_1' as 'UTF8_DATA' }],
        ['messageExpiry', { messageExpiry: -1 }],
      ])('are refused for a wrong %s, which is named', async (member, change) => {
        await expect(data.send(new PublishCommand({ topic: 't', ...change }))).rejects.toMatchObject({
          name: 'InvalidRequestException',
          message: expect.stringContaining(member) as string,
        });
      });

      it('are sent to one client', async () => {
        const command = new SendDirectMessageCommand({
          clientId: 'lamp',
          topic: 't',
          payload: Buffer.from('x'),
          timeout: 2,
        });
        await expect(data.send(command)).resolves.toMatchObject({
          message: 'OK',
          traceId: expect.any(String) as string,
        });
        expect(gateway.services.requestsOf(sendDirectMessage)).toMatchObject([
          { clientId: 'lamp', topic: 't', payload: base64('x'), timeout: 2 },
        ]);
      });

      it('that are retained are read and listed', async () => {
        const message = { topic: 'a/b', qos: 1, lastModifiedTime: 7 };
        gateway.services.answer(getRetainedMessage, ({ topic }) => {
          if (topic !== 'a/b') throw new IotError('ResourceNotFound', 'none');
          return { ...message, payload: base64('x'), userProperties: [['k', 'v'] as [string, string]] };
        });
        gateway.services.answer(listRetainedMessages, () => ({
          messages: [{ ...message, payloadSize: 1 }],
          nextToken: 'a/b',
        }));
        const read = await data.send(new GetRetainedMessageCommand({ topic: 'a/b' }));
        expect([text(read.payload), text(read.userProperties)]).toEqual(['x', '[{"k":"v"}]']);
        expect(read).toMatchObject(message);
        const { retainedTopics, nextToken } = await data.send(new ListRetainedMessagesCommand({ maxResults: 1 }));
        expect(retainedTopics).toEqual([{ ...message, payloadSize: 1 }]);
        await data.send(new ListRetainedMessagesCommand({ nextToken }));
        expect(gateway.services.requestsOf(listRetainedMessages).at(-1)).toMatchObject({ after: 'a/b' });
        await expect(data.send(new GetRetainedMessageCommand({ topic: 'c' }))).rejects.toMatchObject({
          name: 'ResourceNotFoundException',
          $metadata: { httpStatusCode: 404 },
        });
      });
    });

    describe('shadows', () => {
      it('are read, changed and deleted as documents', async () => {
        const metadata = {};
        gateway.services.answer(getShadow, () => ({
          document: { state: { reported: { a: 1 } }, metadata, version: 2, timestamp: 3 },
        }));
        gateway.services.answer(updateShadow, () => ({
          accepted: { state: { desired: { a: 2 } }, metadata, version: 3, timestamp: 4 },
        }));
        gateway.services.answer(deleteShadow, () => ({ deleted: { version: 3, timestamp: 5 } }));
        const key = { thingName: 'lamp', shadowName: 'config' };
        const read = await data.send(new GetThingShadowCommand(key));
        expect(JSON.parse(text(read.payload))).toMatchObject({ state: { reported: { a: 1 } }, version: 2 });
        const payload = Buffer.from('{"state":{"desired":{"a":2}}}');
        const changed = await data.send(new UpdateThingShadowCommand({ ...key, payload }));
        expect(JSON.parse(text(changed.payload))).toMatchObject({ version: 3 });
        expect(gateway.services.requestsOf(updateShadow)).toEqual([
          { ...key, payload: payload.toString('base64'), author: { origin: 'HTTP', principal: 'the admin' } },
        ]);
        const deleted = await data.send(new DeleteThingShadowCommand(key));
        expect(JSON.parse(text(deleted.payload))).toEqual({ version: 3, timestamp: 5 });
      });

      it('are refused as the device gateway refuses them', async () => {
        gateway.services.answer(updateShadow, () =>
          Promise.reject(new IotError('VersionConflict', 'Version conflict')),
        );
        const command = new UpdateThingShadowCommand({ thingName: 'lamp', payload: Buffer.from('{}') });
        await expect(data.send(command)).rejects.toMatchObject({
          name: 'ConflictException',
          $metadata: { httpStatusCode: 409 },
        });
      });

      it('with names are listed, with the time of the list', async () => {
        gateway.services.answer(listNamedShadows, () => ({
          things: [{ thingName: 'lamp', shadowNames: ['a', 'b'], nextToken: 'b' }],
        }));
        const listed = await data.send(new ListNamedShadowsForThingCommand({ thingName: 'lamp', pageSize: 2 }));
        expect(listed).toMatchObject({ results: ['a', 'b'], timestamp: gateway.clock.now() / 1_000 });
        await data.send(new ListNamedShadowsForThingCommand({ thingName: 'lamp', nextToken: listed.nextToken }));
        expect(gateway.services.requestsOf(listNamedShadows).at(-1)).toMatchObject({ after: 'b' });
      });
    });

    describe('connections', () => {
      it('are told, with sockets for those who ask', async () => {
        gateway.services.answer(getConnectivity, ({ clientIds }) => ({
          connectivity: clientIds.includes('lamp') ? [CONNECTED] : [],
        }));
        const told = await data.send(new GetConnectionCommand({ clientId: 'lamp' }));
        expect(told).toMatchObject({ connected: true, thingName: 'lamp', connectedSince: 5, keepAliveDuration: 30 });
        expect(told.sourceIp).toBeUndefined();
        const whole = await data.send(new GetConnectionCommand({ clientId: 'lamp', includeSocketInformation: true }));
        expect(whole).toMatchObject({ sourceIp: '10.0.0.1', sourcePort: 4_000 });
        await expect(data.send(new GetConnectionCommand({ clientId: 'other' }))).rejects.toMatchObject({
          name: 'ResourceNotFoundException',
        });
      });

      it('are ended, and their subscriptions are listed', async () => {
        gateway.services.answer(deleteConnection, () => ({}));
        gateway.services.answer(listSubscriptions, () => ({ subscriptions: [{ topicFilter: 'a/#', qos: 1 }] }));
        await data.send(new DeleteConnectionCommand({ clientId: 'lamp', cleanSession: true }));
        expect(gateway.services.requestsOf(deleteConnection)).toEqual([{ clientId: 'lamp', cleanSession: true }]);
        await expect(data.send(new ListSubscriptionsCommand({ clientId: 'lamp' }))).resolves.toMatchObject({
          subscriptions: [{ topicFilter: 'a/#', qos: 1 }],
        });
      });
    });
  });
}
