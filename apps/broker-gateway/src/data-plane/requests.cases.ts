import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { jest } from '@jest/globals';
import { listDenials, replaceRuleFilters } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { waitFor } from '#thingcore/testing';
import { Neighbours } from '../broker.fixture.js';
import { ALLOW_ALL, arn, type Device, registry } from '../fake-registry.fixture.js';
import { ShadowRequests } from '../shadows/shadow-requests.js';
import type { DataPlaneUnderTest } from './data-plane.fixture.js';

/** What devices ask with their certificates. */
export function describeRequests(plane: DataPlaneUnderTest): void {
  const { ask, heardOn, listenWith } = plane;

  describe('Publish', () => {
    // AWS: device gateway, HTTPS publish
    it('brings a message to its subscribers and answers OK with an id', async () => {
      const heard = await heardOn('site/#');
      const { status, headers, body } = await ask('POST', '/topics/site/a%2Fb?qos=1', { body: 'hello' });
      expect({ status, body }).toEqual({ status: 200, body: { message: 'OK', traceId: headers['x-amzn-requestid'] } });
      expect(headers['content-type']).toBe('application/json');
      await waitFor(() => heard.length === 1, { what: 'the message' });
      expect(heard[0]).toMatchObject({ topic: 'site/a/b', text: 'hello', packet: { qos: 1, retain: false } });
    });

    it('brings the properties of MQTT 5', async () => {
      const heard = await heardOn('props');
      const base64 = (text: string) => Buffer.from(text).toString('base64');
      await ask('POST', '/topics/props?contentType=text%2Fplain&responseTopic=answers&messageExpiry=60', {
        body: 'x',
        headers: {
          'x-amz-mqtt5-user-properties': base64('[{"lot":"A"},{"n":"2"}]'),
          'x-amz-mqtt5-correlation-data': base64('7'),
          'x-amz-mqtt5-payload-format-indicator': 'UTF8_DATA',
        },
      });
      await waitFor(() => heard.length === 1, { what: 'the message' });
      expect(heard[0]?.packet).toMatchObject({
        properties: {
          contentType: 'text/plain',
          responseTopic: 'answers',
          correlationData: Buffer.from('7'),
          payloadFormatIndicator: true,
          userProperties: { lot: 'A', n: '2' },
        },
      });
    });

    it('retains a message, and deletes it with an empty one', async () => {
      await ask('POST', '/topics/kept?qos=1&retain=true', { body: 'v' });
      const heard = await heardOn('kept');
      await waitFor(() => heard.length === 1, { what: 'the retained message' });
      expect((await ask('POST', '/topics/kept?qos=1&retain=true')).status).toBe(200);
      const late = await heardOn('kept');
      await waitFor(() => heard.length === 2, { what: 'the empty message' });
      expect(late).toEqual([]);
    });

    it('brings a shadow request to the shadow service', async () => {
      const submit = jest.spyOn(plane.broker.get(ShadowRequests), 'submit');
      const answer = await ask('POST', '/topics/$aws/things/lamp/shadow/update?qos=1', { body: '{"state":{}}' });
      expect(answer.status).toBe(200);
      expect(submit.mock.calls).toEqual([
        [
          `https ${plane.device.certificateId}`,
          expect.objectContaining({ kind: 'shadow-request', thingName: 'lamp', operation: 'update' }),
          Buffer.from('{"state":{}}'),
          { origin: 'MQTT', principal: plane.device.certificateId },
        ],
      ]);
      submit.mockRestore();
    });

    it.each([
      ['a topic with a wildcard', '/topics/a/%23', '', 400, 'InvalidRequestException'],
      ['QoS 2', '/topics/a?qos=2', '', 400, 'InvalidRequestException'],
      [
        'a topic that nobody publishes on',
        '/topics/$aws/events/presence/connected/x',
        '',
        400,
        'InvalidRequestException',
      ],
      ['a request of fleet provisioning', '/topics/$aws/certificates/create/json', '', 400, 'InvalidRequestException'],
      ['a payload that is too large', '/topics/a', 'x'.repeat(131_073), 413, 'RequestEntityTooLargeException'],
    ])('refuses %s', async (_name, path, body, status, type) => {
      const answer = await ask('POST', path, { body });
      expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([status, type]);
      expect(answer.body).toEqual({ message: expect.any(String), traceId: answer.headers['x-amzn-requestid'] });
    });

    it('takes a payload of the largest size, and refuses a larger one that does not say its size', async () => {
      expect((await ask('POST', '/topics/a', { body: Buffer.alloc(131_072) })).status).toBe(200);
      const request = httpsRequest({
        host: 'localhost',
        port: plane.listener.port,
        method: 'POST',
        path: '/topics/a',
        ca: registry.authorityPem,
        key: plane.device.key,
        cert: plane.device.cert,
        agent: false,
      });
      request.on('error', () => undefined);
      for (let n = 0; n < 5; n++) request.write(Buffer.alloc(32_768));
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      expect(response.statusCode).toBe(413);
      request.destroy();
    });

    it('answers when rules have the message safely, and not when they could not take it', async () => {
      await plane.broker.rpc.call(replaceRuleFilters, { revision: 1, filters: ['ruled'] });
      expect((await ask('POST', '/topics/ruled?qos=1', { body: 'x' })).status).toBe(200);
      expect(Neighbours.matched).toMatchObject([{ topic: 'ruled', principal: plane.device.certificateId }]);
      expect(Neighbours.matched[0]).not.toHaveProperty('clientId');
      Neighbours.beforeMatched = () =>
        Promise.reject(new IotError('ServiceUnavailable', 'the database is away', { retryable: false }));
      const failed = await ask('POST', '/topics/ruled?qos=1', { body: 'x' });
      expect([failed.status, failed.headers['x-amzn-errortype']]).toEqual([503, 'ServiceUnavailableException']);
    });

    it('answers many requests of one connection, and refuses those beyond its rate', async () => {
      const slow = await listenWith({ publishesPerSecond: 5 });
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      plane.agents.push(agent);
      const statuses = [];
      for (let n = 0; n < 8; n++) statuses.push((await ask('POST', '/topics/fast', { agent, at: slow })).status);
      expect(statuses.slice(0, 5)).toEqual([200, 200, 200, 200, 200]);
      expect(statuses).toContain(429);
    });

    // AWS IoT quotas, retained publishes per second per topic
    it('retains one message a second on a topic, three at once, and deletes as often as it is asked', async () => {
      const publish = (body: string) => ask('POST', '/topics/often?retain=true', { body });
      const statuses = [];
      for (const body of ['1', '2', '3', '4', '', '']) statuses.push((await publish(body)).status);
      expect(statuses).toEqual([200, 200, 200, 429, 200, 200]);
    });
  });

  describe('what policies say', () => {
    it('is asked of iot:Publish, and of iot:RetainPublish for a retained message; a denial is recorded', async () => {
      const reporter = await registry.addDevice({ Effect: 'Allow', Action: 'iot:Publish', Resource: arn('topic/r/*') });
      const statuses = [];
      for (const path of ['r/a', 'r/a?retain=true', 's']) {
        statuses.push((await ask('POST', `/topics/${path}`, { by: reporter, body: 'x' })).status);
      }
      expect(statuses).toEqual([200, 403, 403]);
      const denials = await waitFor(
        async () => {
          const { denials: found } = await plane.broker.rpc.call(listDenials, {});
          const own = found.filter(({ principal }) => principal === reporter.certificateId);
          return own.length === 2 ? own : undefined;
        },
        { what: 'two denials' },
      );
      expect(denials.map(({ action }) => action).sort()).toEqual(['iot:Publish', 'iot:RetainPublish']);
    });

    // AWS: over HTTP iot:ClientId and the variables of a thing do not resolve
    it('knows no client id and no thing', async () => {
      const thing = { thingName: 'lamp', thingId: 'x', attributes: {}, isExclusive: true };
      const resources = [
        arn('topic/by-client/${iot:ClientId}*'),
        arn('topic/by-thing/${iot:Connection.Thing.ThingName}'),
      ];
      const own = await registry.addDevice({ Effect: 'Allow', Action: 'iot:Publish', Resource: resources }, {
        thing,
      } as never);
      for (const path of ['by-client/', 'by-client/x', 'by-thing/lamp', 'by-thing/']) {
        expect((await ask('POST', `/topics/${path}`, { by: own })).status).toBe(403);
      }
    });

    it('follows a certificate that is revoked, also on a connection that is open', async () => {
      const leaver = await registry.addDevice(ALLOW_ALL);
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      plane.agents.push(agent);
      expect((await ask('POST', '/topics/a', { by: leaver, agent })).status).toBe(200);
      registry.principalOf(leaver).status = 'REVOKED';
      await waitFor(async () => (await ask('POST', '/topics/a', { by: leaver, agent })).status === 403, {
        what: 'the refusal',
      });
    });

    it.each([
      ['no certificate', () => Promise.resolve(undefined)],
      [
        'a certificate that the registry does not know',
        async () => {
          const stranger = await registry.addDevice(ALLOW_ALL);
          registry.principals.delete(stranger.certificateId);
          return stranger;
        },
      ],
      ['a certificate that is not active', () => registry.addDevice(ALLOW_ALL, { status: 'INACTIVE' })],
    ])('refuses %s', async (_name, make) => {
      const answer = await ask('POST', '/topics/a', { by: await make(), body: 'x' });
      expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([403, 'ForbiddenException']);
    });

    it('says that nobody can tell when the registry is away', async () => {
      registry.isAway = true;
      try {
        expect((await ask('POST', '/topics/a')).status).toBe(503);
      } finally {
        registry.isAway = false;
      }
    });
  });

  describe('retained messages', () => {
    it('are answered one and all', async () => {
      const one = await ask('GET', '/retainedMessage/site%2Fcfg');
      expect([one.status, one.body['payload']]).toEqual([200, Buffer.from('on').toString('base64')]);
      const all = await ask('GET', '/retainedMessage?maxResults=10');
      expect([all.status, all.body['retainedTopics']]).toEqual([200, [expect.objectContaining({ topic: 'site/cfg' })]]);
      expect((await ask('GET', '/retainedMessage/none')).status).toBe(404);
    });

    it('need a policy that allows it', async () => {
      const reader = await registry.addDevice([
        { Effect: 'Allow', Action: 'iot:GetRetainedMessage', Resource: arn('topic/site/*') },
        { Effect: 'Allow', Action: 'iot:ListRetainedMessages', Resource: '*' },
      ]);
      const publisher = await registry.addDevice({ Effect: 'Allow', Action: 'iot:Publish', Resource: '*' });
      const statusesOf = (by: Device) =>
        Promise.all(
          ['/retainedMessage/site%2Fcfg', '/retainedMessage/other', '/retainedMessage'].map(
            async (path) => (await ask('GET', path, { by })).status,
          ),
        );
      expect(await statusesOf(reader)).toEqual([200, 403, 200]);
      expect(await statusesOf(publisher)).toEqual([403, 403, 403]);
    });
  });

  describe('a request for nothing', () => {
    it.each([
      ['another path', 'GET', '/', 404, 'UnknownOperationException'],
      ['another method', 'PUT', '/topics/a', 405, 'MethodNotAllowedException'],
    ])('is refused: %s', async (_name, method, path, status, type) => {
      const answer = await ask(method, path);
      expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([status, type]);
    });
  });
}
