import type { MqttClient } from 'mqtt';
import {
  deleteConnection,
  getConnectivity,
  getRetainedMessage,
  listConnections,
  listRetainedMessages,
  listSubscriptions,
  publishMessage,
  sendDirectMessage,
} from '#thingcore/contracts';
import { waitFor } from '#thingcore/testing';
import { closeOf, goodbyeOf, openRaw, packetsIn, TestBroker } from '../broker.fixture.js';
import { ALLOW_ALL, arn, registry } from '../fake-registry.fixture.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('what operators do with clients', () => {
  let broker: TestBroker;

  beforeAll(async () => {
    broker = await TestBroker.start();
  });

  afterAll(() => broker.stop());

  afterEach(() => broker.disconnectClients());

  /** What a client gets, as topic and text. */
  function inboxOf(client: MqttClient): string[] {
    const inbox: string[] = [];
    client.on('message', (topic, payload) => inbox.push(`${topic} ${payload.toString()}`));
    return inbox;
  }

  async function reasonOf(clientId: string): Promise<string | undefined> {
    return waitFor(
      async () => {
        const { connectivity } = await broker.rpc.call(getConnectivity, { clientIds: [clientId] });
        return connectivity[0]?.disconnectReason;
      },
      { what: `the end of ${clientId} to be known` },
    );
  }

  describe('deleteConnection', () => {
    const will = { topic: 'wills', payload: Buffer.from('gone'), qos: 1, retain: false } as const;

    it('ends a connection with an administrative reason, and publishes the will', async () => {
      const watcher = await broker.connect({});
      const wills = inboxOf(watcher);
      await watcher.subscribeAsync('wills');
      const client = await broker.connect({ clientId: 'ended', protocolVersion: 5, will });
      const goodbye = goodbyeOf(client);
      await broker.rpc.call(deleteConnection, { clientId: 'ended' });
      expect(await goodbye).toMatchObject({ reasonCode: 0x98 });
      expect(await reasonOf('ended')).toBe('API_INITIATED_DISCONNECT');
      await waitFor(() => wills.length === 1, { what: 'the will' });
    });

    it('closes the connection of an MQTT 3.1.1 client', async () => {
      const client = await broker.connect({ clientId: 'ended-v3' });
      const closed = closeOf(client);
      await broker.rpc.call(deleteConnection, { clientId: 'ended-v3' });
      await closed;
      expect(await reasonOf('ended-v3')).toBe('API_INITIATED_DISCONNECT');
    });

    // AWS: DeleteConnection, preventWillMessage
    it('publishes no will when that is prevented, not even after a restart', async () => {
      const topic = 'prevented';
      const alone = await TestBroker.start();
      const watch = async () => {
        const watcher = await alone.connect({});
        const inbox = inboxOf(watcher);
        await watcher.subscribeAsync([topic, 'after']);
        return inbox;
      };
      const client = await alone.connect({ clientId: 'silent', will: { ...will, topic } });
      const inbox = await watch();
      const closed = closeOf(client);
      await alone.rpc.call(deleteConnection, { clientId: 'silent', preventWillMessage: true });
      await closed;
      await alone.rpc.call(publishMessage, { topic: 'after', payload: base64('x') });
      await waitFor(() => inbox.length > 0, { what: 'what was published behind' });
      await alone.restart();
      const later = await watch();
      await alone.rpc.call(publishMessage, { topic: 'after', payload: base64('x') });
      await waitFor(() => later.length > 0, { what: 'what was published behind' });
      expect([...inbox, ...later]).toEqual(['after x', 'after x']);
      await alone.stop();
    });

    it.each([
      ['MQTT 3.1.1', { protocolVersion: 4, clean: false }],
      ['MQTT 5', { protocolVersion: 5, clean: false, properties: { sessionExpiryInterval: 600 } }],
    ] as const)('keeps the session of %s, or ends it when that is asked for', async (name, options) => {
      const clientId = `session of ${name}`;
      const connect = () => broker.connect({ ...options, clientId });
      const first = await connect();
      await first.subscribeAsync('kept', { qos: 1 });
      await broker.rpc.call(deleteConnection, { clientId });
      await broker.rpc.call(publishMessage, { topic: 'kept', payload: base64('waiting'), qos: 1 });
      const second = await connect();
      expect(await sessionPresent(second)).toBe(true);
      await broker.rpc.call(deleteConnection, { clientId, cleanSession: true });
      await expect(broker.rpc.call(listSubscriptions, { clientId })).rejects.toMatchObject({
        code: 'ResourceNotFound',
      });
      expect(await sessionPresent(await connect())).toBe(false);
    });

    it('ends the session of a client that is away', async () => {
      const options = { clientId: 'away', clean: false };
      const client = await broker.connect(options);
      await client.subscribeAsync('kept', { qos: 1 });
      await client.endAsync();
      const call = (cleanSession: boolean) => broker.rpc.call(deleteConnection, { clientId: 'away', cleanSession });
      await expect(call(false)).rejects.toMatchObject({
        code: 'ResourceNotFound',
        message: 'Client away is not connected',
      });
      await call(true);
      await expect(call(true)).rejects.toMatchObject({ code: 'ResourceNotFound' });
      expect(await sessionPresent(await broker.connect(options))).toBe(false);
    });

    it('says of a client that nobody has seen that it is not there', async () => {
      await expect(broker.rpc.call(deleteConnection, { clientId: 'nobody' })).rejects.toMatchObject({
        code: 'ResourceNotFound',
        details: { clientId: 'nobody' },
      });
    });

    function sessionPresent(client: MqttClient): Promise<boolean> {
      return Promise.resolve(
        (client as unknown as { connackPacket?: { sessionPresent: boolean } }).connackPacket?.sessionPresent === true,
      );
    }
  });

  describe('listSubscriptions', () => {
    const subscriptionsOf = (clientId: string, more = {}) => broker.rpc.call(listSubscriptions, { clientId, ...more });

    it('lists what a client is subscribed to, page by page in the order of the filters', async () => {
      const client = await broker.connect({ clientId: 'reader' });
      await client.subscribeAsync({ 'b/#': { qos: 0 }, a: { qos: 1 }, '$share/team/c': { qos: 1 }, ä: { qos: 0 } });
      await client.unsubscribeAsync('b/#');
      const first = await subscriptionsOf('reader', { maxResults: 2 });
      expect(first).toEqual({
        subscriptions: [
          { topicFilter: '$share/team/c', qos: 1 },
          { topicFilter: 'a', qos: 1 },
        ],
        nextToken: 'a',
      });
      expect(await subscriptionsOf('reader', { nextToken: 'a' })).toEqual({
        subscriptions: [{ topicFilter: 'ä', qos: 0 }],
        nextToken: undefined,
      });
      expect((await subscriptionsOf('reader', { nextToken: 'ä' })).subscriptions).toEqual([]);
    });

    it('lists nothing of a client without any, and refuses one that is not there', async () => {
      await broker.connect({ clientId: 'deaf' });
      expect(await subscriptionsOf('deaf')).toEqual({ subscriptions: [], nextToken: undefined });
      await expect(subscriptionsOf('nobody')).rejects.toMatchObject({ code: 'ResourceNotFound' });
    });

    it('lists those of a session whose client is away', async () => {
      const client = await broker.connect({ clientId: 'sleeper', clean: false });
      await client.subscribeAsync({ kept: { qos: 1 }, '$share/team/c': { qos: 1 } });
      await client.endAsync();
      expect((await subscriptionsOf('sleeper')).subscriptions).toEqual([
        { topicFilter: '$share/team/c', qos: 1 },
        { topicFilter: 'kept', qos: 1 },
      ]);
    });
  });

  describe('sendDirectMessage', () => {
    const send = (clientId: string, more = {}) =>
      broker.rpc.call(sendDirectMessage, { clientId, topic: 'direct/a', payload: base64('hello'), ...more });

    // AWS: SendDirectMessage, no subscription needed
    it.each([4, 5] as const)(
      'brings a message to one client that did not subscribe (MQTT %d)',
      async (protocolVersion) => {
        const other = await broker.connect({});
        const overheard = inboxOf(other);
        await other.subscribeAsync('direct/#');
        const client = await broker.connect({ clientId: 'target', protocolVersion });
        const inbox = inboxOf(client);
        expect(await send('target')).toEqual({ messageId: expect.any(String) as string });
        await send('target', { confirmation: true });
        await waitFor(() => inbox.length === 2, { what: 'both messages' });
        expect(inbox).toEqual(['direct/a hello', 'direct/a hello']);
        expect(overheard).toEqual([]);
      },
    );

    it('brings MQTT 5 properties along', async () => {
      const client = await broker.connect({ clientId: 'reader', protocolVersion: 5 });
      const received = new Promise((resolve) =>
        client.once('message', (_topic, _payload, { qos, properties }) => resolve({ qos, properties })),
      );
      const properties = {
        contentType: 'text/plain',
        responseTopic: 'answers',
        correlationData: base64('7'),
        userProperties: [['lot', 'A']] as [string, string][],
      };
      await send('reader', { confirmation: true, properties });
      expect(await received).toEqual({
        qos: 1,
        properties: {
          contentType: 'text/plain',
          responseTopic: 'answers',
          correlationData: Buffer.from('7'),
          userProperties: { lot: 'A' },
        },
      });
    });

    // AWS: SendDirectMessage, 504 without a PUBACK in time
    it('fails when the client does not acknowledge in time, but not without confirmation', async () => {
      const { socket, heard } = openRaw(broker, await registry.addDevice(ALLOW_ALL), { clientId: 'mute' });
      await waitFor(() => heard.length > 0, { what: 'the CONNACK' });
      await expect(send('mute', { confirmation: true, timeout: 1 })).rejects.toMatchObject({
        code: 'GatewayTimeout',
        details: { clientId: 'mute' },
      });
      await send('mute');
      await waitFor(() => packetsIn(Buffer.concat(heard)).length >= 3, { what: 'both messages' });
      expect(packetsIn(Buffer.concat(heard)).map((packet) => ('qos' in packet ? packet.qos : packet.cmd))).toEqual([
        0, 1, 0,
      ]);
      socket.destroy();
    });

    it('fails when the connection ends before the acknowledgement', async () => {
      const { socket, heard } = openRaw(broker, await registry.addDevice(ALLOW_ALL), { clientId: 'leaving' });
      await waitFor(() => heard.length > 0, { what: 'the CONNACK' });
      const sent = send('leaving', { confirmation: true, timeout: 15 });
      setTimeout(() => socket.destroy(), 50);
      await expect(sent).rejects.toMatchObject({ code: 'GatewayTimeout' });
    });

    // AWS: SendDirectMessage, the receiver needs iot:Receive
    it('refuses a message that the client may not receive', async () => {
      const device = await registry.addDevice([
        ALLOW_ALL,
        { Effect: 'Deny', Action: 'iot:Receive', Resource: arn('topic/direct/*') },
      ]);
      await broker.connect({ clientId: 'shielded' }, device);
      await expect(send('shielded')).rejects.toMatchObject({ code: 'Forbidden' });
      await send('shielded', { topic: 'other', confirmation: true });
    });

    it.each([
      ['a client that is not connected', 'nobody', {}, 'ResourceNotFound'],
      ['a topic with a wildcard', 'picky', { topic: 'a/+' }, 'InvalidRequest'],
      ['more than 128 KB', 'picky', { payload: base64('x'.repeat(131_073)) }, 'PayloadTooLarge'],
      ['more than the client takes', 'picky', { payload: base64('x'.repeat(1_000)) }, 'PayloadTooLarge'],
      ['a timeout beyond 15 s', 'picky', { timeout: 16 }, 'InvalidRequest'],
    ])('refuses %s', async (_what, clientId, more, code) => {
      await broker.connect({ clientId: 'picky', protocolVersion: 5, properties: { maximumPacketSize: 500 } });
      await expect(send(clientId, more)).rejects.toMatchObject({ code });
    });
  });

  describe('listConnections', () => {
    it('lists who is connected, page by page in the order of the ids', async () => {
      const clients = await Promise.all(
        ['c', 'a', 'ä', 'b'].map((clientId) => broker.connect({ clientId: `list/${clientId}` })),
      );
      await clients[3]!.endAsync();
      const page = (after: string, limit: number) => broker.rpc.call(listConnections, { after, limit });
      await waitFor(async () => (await page('list/', 10)).connections.length === 3, { what: 'three connections' });
      const first = await page('list/', 2);
      expect(first.connections.map(({ clientId, connected }) => [clientId, connected])).toEqual([
        ['list/a', true],
        ['list/c', true],
      ]);
      expect(first.nextToken).toBe('list/c');
      const second = await page('list/c', 10);
      expect([second.connections.map(({ clientId }) => clientId), second.nextToken]).toEqual([['list/ä'], undefined]);
    });
  });

  describe('retained messages', () => {
    it('are shown one by one and in a list, whoever retained them', async () => {
      const client = await broker.connect({ protocolVersion: 5 });
      const properties = { userProperties: { lot: 'A' } };
      await client.publishAsync('cfg/b', 'from a device', { qos: 1, retain: true, properties });
      await broker.rpc.call(publishMessage, { topic: 'cfg/a', payload: base64('from us'), retain: true });
      const lastModifiedTime = expect.any(Number) as number;
      expect(await broker.rpc.call(getRetainedMessage, { topic: 'cfg/b' })).toEqual({
        topic: 'cfg/b',
        payload: base64('from a device'),
        qos: 1,
        lastModifiedTime,
        userProperties: [['lot', 'A']],
      });
      expect(await broker.rpc.call(listRetainedMessages, { limit: 1 })).toEqual({
        messages: [{ topic: 'cfg/a', payloadSize: 7, qos: 0, lastModifiedTime }],
        nextToken: 'cfg/a',
      });
      expect(await broker.rpc.call(listRetainedMessages, { after: 'cfg/a' })).toEqual({
        messages: [{ topic: 'cfg/b', payloadSize: 13, qos: 1, lastModifiedTime }],
        nextToken: undefined,
      });
      await broker.rpc.call(publishMessage, { topic: 'cfg/b', payload: '', retain: true });
      await expect(broker.rpc.call(getRetainedMessage, { topic: 'cfg/b' })).rejects.toMatchObject({
        code: 'ResourceNotFound',
      });
    });

    it('reach a subscription made later, and survive a restart', async () => {
      const alone = await TestBroker.start();
      await alone.rpc.call(publishMessage, { topic: 'cfg', payload: base64('kept'), retain: true });
      await alone.restart();
      const client = await alone.connect({});
      const inbox = inboxOf(client);
      await client.subscribeAsync('cfg');
      await waitFor(() => inbox.length === 1, { what: 'the retained message' });
      expect(inbox).toEqual(['cfg kept']);
      await alone.stop();
    });
  });
});
