import type { IPublishPacket } from 'mqtt';
import { waitFor } from '#thingcore/testing';
import type { DeviceCertificate } from '../application.js';
import { connectMqttjs } from '../devices/mqttjs-device.js';
import type { World } from '../world.js';
import { askDataPlane, type HttpRequest } from './https-request.js';

const SCOPE = 'arn:aws:iot:us-east-1:123456789012';
const REPORTER = 'edge-reporter';

/** Over HTTP no thing resolves, so the policy names the topics. */
const REPORTER_POLICY = [
  { Effect: 'Allow', Action: 'iot:Publish', Resource: `${SCOPE}:topic/reports/*` },
  { Effect: 'Allow', Action: ['iot:RetainPublish', 'iot:GetRetainedMessage'], Resource: `${SCOPE}:topic/reports/*` },
  { Effect: 'Allow', Action: 'iot:ListRetainedMessages', Resource: '*' },
  { Effect: 'Allow', Action: 'iot:Publish', Resource: `${SCOPE}:topic/$aws/things/${REPORTER}/shadow/update` },
];

/** Devices that publish over HTTPS. AWS: iotdata, Publish; protocols, HTTPS. */
export function describeHttpPublishStory(worldOf: () => World): void {
  describe('a device that publishes over HTTPS', () => {
    let certificate: DeviceCertificate;

    const ask = (request: HttpRequest, by: DeviceCertificate | undefined = certificate) =>
      askDataPlane(worldOf().product.endpoints.https, worldOf().product.ca, by, request);

    /** What an MQTT client hears on a filter. */
    const listen = async (name: string, filter: string, protocolVersion: 4 | 5 = 5) => {
      const { product } = worldOf();
      const device = worldOf().keep(
        await connectMqttjs({ clientId: `edge-${name}`, url: product.endpoints.mqtt }, { protocolVersion }),
      );
      const heard: IPublishPacket[] = [];
      device.client.on('message', (_topic, _payload, packet) => heard.push(packet));
      await device.subscribe(filter);
      return heard;
    };

    beforeAll(async () => {
      const { application } = worldOf();
      await application.createPolicy('edge-reporter', REPORTER_POLICY);
      certificate = await application.provision(REPORTER, 'edge-reporter');
    });

    it.each([0, 1] as const)('reaches subscribers with QoS %d, and is answered with an id', async (qos) => {
      const heard = await listen(`qos-${qos}`, `reports/qos/${qos}`);
      const { status, headers, body } = await ask({ path: `/topics/reports/qos%2F${qos}?qos=${qos}`, body: 'hello' });
      expect({ status, body }).toEqual({ status: 200, body: { message: 'OK', traceId: headers['x-amzn-requestid'] } });
      await waitFor(() => heard.length === 1, { what: 'the message' });
      expect(heard[0]).toMatchObject({ qos, retain: false, payload: Buffer.from('hello') });
    });

    it('says the properties of MQTT 5, which clients of MQTT 3.1.1 do without', async () => {
      const [modern, old] = [await listen('v5', 'reports/full', 5), await listen('v4', 'reports/full', 4)];
      const base64 = (text: string) => Buffer.from(text).toString('base64');
      const query = 'qos=1&contentType=text%2Fplain&responseTopic=reports%2Fanswers&messageExpiry=60';
      const { status } = await ask({
        path: `/topics/reports/full?${query}`,
        body: 'grüße',
        headers: {
          'x-amz-mqtt5-user-properties': base64('[{"lot":"A"},{"n":"2"},{"lot":"B"}]'),
          'x-amz-mqtt5-correlation-data': base64('7'),
          'x-amz-mqtt5-payload-format-indicator': 'UTF8_DATA',
        },
      });
      expect(status).toBe(200);
      await waitFor(() => modern.length + old.length === 2, { what: 'both messages' });
      expect(modern[0]?.properties).toMatchObject({
        contentType: 'text/plain',
        responseTopic: 'reports/answers',
        correlationData: Buffer.from('7'),
        payloadFormatIndicator: true,
        userProperties: { lot: ['A', 'B'], n: '2' },
      });
      // What is left of the 60 s.
      expect(modern[0]?.properties?.messageExpiryInterval).toBeGreaterThanOrEqual(58);
      expect(old[0]?.payload.toString()).toBe('grüße');
    });

    it.each([
      ['a topic that its policy does not name', '/topics/telemetry/x?qos=1', 403, 'ForbiddenException'],
      ['a reserved topic that nobody publishes on', '/topics/$aws/events/x', 403, 'ForbiddenException'],
      ['a topic with a wildcard', '/topics/reports/%23', 400, 'InvalidRequestException'],
      ['QoS 2', '/topics/reports/x?qos=2', 400, 'InvalidRequestException'],
      ['a path that is none', '/reports/x', 404, 'UnknownOperationException'],
    ])('is refused %s', async (_name, path, status, type) => {
      const answer = await ask({ path, body: 'x' });
      expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([status, type]);
    });

    it('is refused without a certificate', async () => {
      const { product } = worldOf();
      const answer = await askDataPlane(product.endpoints.https, product.ca, undefined, { path: '/topics/reports/x' });
      expect(answer.status).toBe(403);
    });

    it('is refused more than 128 KB, and may send as much', async () => {
      const statuses = [];
      for (const bytes of [131_072, 131_073]) {
        statuses.push((await ask({ path: '/topics/reports/large', body: Buffer.alloc(bytes) })).status);
      }
      expect(statuses).toEqual([200, 413]);
    });

    it('is refused as soon as its certificate is deactivated', async () => {
      const { application } = worldOf();
      const leaver = await application.createCertificate();
      await application.attachPolicy('edge-reporter', leaver.certificateArn);
      expect((await ask({ path: '/topics/reports/x' }, leaver)).status).toBe(200);
      await application.setStatus(leaver.certificateId, 'INACTIVE');
      expect((await ask({ path: '/topics/reports/x' }, leaver)).status).toBe(403);
    });

    it('retains messages, and looks at them one by one and in a list', async () => {
      await ask({ path: '/topics/reports/kept/b?qos=1&retain=true', body: 'second' });
      await ask({
        path: '/topics/reports/kept/a?qos=1&retain=true',
        body: 'first',
        headers: { 'x-amz-mqtt5-user-properties': Buffer.from('[{"lot":"A"}]').toString('base64') },
      });
      const heard = await listen('late', 'reports/kept/a');
      await waitFor(() => heard.length === 1, { what: 'the retained message' });
      expect(heard[0]).toMatchObject({ retain: true, payload: Buffer.from('first') });
      const one = await ask({ method: 'GET', path: '/retainedMessage/reports%2Fkept%2Fa' });
      expect(one).toMatchObject({
        status: 200,
        body: { topic: 'reports/kept/a', payload: Buffer.from('first').toString('base64'), qos: 1 },
      });
      expect(JSON.parse(Buffer.from(String(one.body['userProperties']), 'base64').toString())).toEqual([{ lot: 'A' }]);
      const listed: unknown[] = [];
      for (let token = ''; ;) {
        const { body } = await ask({ method: 'GET', path: `/retainedMessage?maxResults=1${token}` });
        listed.push(...(body['retainedTopics'] as { topic: string }[]).map(({ topic }) => topic));
        if (typeof body['nextToken'] !== 'string') break;
        token = `&nextToken=${encodeURIComponent(body['nextToken'])}`;
      }
      expect(listed.filter((topic) => String(topic).startsWith('reports/kept'))).toEqual([
        'reports/kept/a',
        'reports/kept/b',
      ]);
      await ask({ path: '/topics/reports/kept/a?retain=true' });
      expect((await ask({ method: 'GET', path: '/retainedMessage/reports%2Fkept%2Fa' })).status).toBe(404);
    });

    it('updates its shadow', async () => {
      const state = { reported: { by: 'https' } };
      const path = `/topics/$aws/things/${REPORTER}/shadow/update?qos=1`;
      expect((await ask({ path, body: JSON.stringify({ state }) })).status).toBe(200);
      const { application } = worldOf();
      await waitFor(async () => (await application.thing(REPORTER)).shadow?.reported['by'] === 'https', {
        what: 'the shadow',
      });
    });
  });
}
