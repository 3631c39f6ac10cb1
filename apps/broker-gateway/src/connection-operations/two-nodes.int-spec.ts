import type { IClientOptions } from 'mqtt';
import { waitFor } from '#thingcore/testing';
import { goodbyeOf } from '../broker.fixture.js';
import { BrokerAddresses } from '../broker-gateway.module.js';
import { useTwoBrokers } from '../two-brokers.fixture.js';
import { ConnectionsController } from './connections.controller.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('what operators do with clients of two broker nodes', () => {
  const brokers = useTwoBrokers();
  const { nodes } = brokers;
  const connect = (node: number, options?: IClientOptions) => brokers.connect(node, options);

  /** The answers of a node itself: a command through the transport goes to any of them. */
  const at = (node: number) => nodes[node]!.app.get(ConnectionsController, { strict: false });

  /** Resolves when a node knows where a client is, which it hears of a moment after the client does. */
  const known = (node: number, clientId: string) =>
    waitFor(
      async () => (await at(node).getConnectivity({ clientIds: [clientId] })).connectivity.some((one) => one.connected),
      { what: `${clientId} to be known` },
    );

  it.each([0, 1])('reaches a client of the first node from node %d', async (node) => {
    const clientId = `target ${node}`;
    const client = await connect(0, { clientId, protocolVersion: 5 });
    await client.subscribeAsync({ 'a/+': { qos: 1 } });
    await known(node, clientId);
    const received = new Promise((resolve) =>
      client.once('message', (topic, payload) => resolve(`${topic} ${payload.toString()}`)),
    );
    await at(node).send({ clientId, topic: 'direct', payload: base64('hello'), confirmation: true, timeout: 5 });
    expect(await received).toBe('direct hello');
    expect((await at(node).listSubscriptions({ clientId, maxResults: 20 })).subscriptions).toEqual([
      { topicFilter: 'a/+', qos: 1 },
    ]);
    const goodbye = goodbyeOf(client);
    await at(node).delete({ clientId, cleanSession: true, preventWillMessage: false });
    expect(await goodbye).toMatchObject({ reasonCode: 0x98 });
  });

  it.each([0, 1])('brings the refusals of the first node to node %d', async (node) => {
    const clientId = `picky ${node}`;
    await connect(0, { clientId, protocolVersion: 5, properties: { maximumPacketSize: 500 } });
    await known(node, clientId);
    const message = { clientId, topic: 'direct', payload: base64('x'.repeat(1_000)), confirmation: false, timeout: 5 };
    await expect(at(node).send(message)).rejects.toMatchObject({ code: 'PayloadTooLarge', details: { clientId } });
    await expect(at(node).send({ ...message, clientId: 'nobody' })).rejects.toMatchObject({ code: 'ResourceNotFound' });
  });

  it('finds a client that has moved to the other node', async () => {
    const clientId = 'mover';
    await connect(0, { clientId });
    await known(1, clientId);
    const moved = await connect(1, { clientId });
    await waitFor(
      async () => {
        const { connectivity } = await at(0).getConnectivity({ clientIds: [clientId] });
        return connectivity[0]?.targetPort === Number(new URL(addressOf(1)).port);
      },
      { what: 'the move to be known' },
    );
    const received = new Promise((resolve) => moved.once('message', resolve));
    await at(0).send({ clientId, topic: 'direct', payload: base64('hello'), confirmation: true, timeout: 5 });
    await received;
    const { connectivity } = await at(0).getConnectivity({ clientIds: [clientId] });
    expect(connectivity).toMatchObject([{ connected: true }]);
  });

  function addressOf(node: number): string {
    return nodes[node]!.app.get(BrokerAddresses, { strict: false }).mqtt;
  }

  it('ends the session that a client left at the other node', async () => {
    const options = { clientId: 'sleeper', clean: false };
    const client = await connect(0, options);
    await client.subscribeAsync({ kept: { qos: 1 } });
    await client.endAsync();
    await waitFor(
      async () => {
        const { connectivity } = await at(1).getConnectivity({ clientIds: ['sleeper'] });
        return connectivity[0]?.connected === false;
      },
      { what: 'the end to be known' },
    );
    expect((await at(1).listSubscriptions({ clientId: 'sleeper', maxResults: 20 })).subscriptions).toEqual([
      { topicFilter: 'kept', qos: 1 },
    ]);
    await at(1).delete({ clientId: 'sleeper', cleanSession: true, preventWillMessage: false });
    const back = (await connect(0, options)) as unknown as { connackPacket?: { sessionPresent: boolean } };
    expect(back.connackPacket?.sessionPresent).toBe(false);
  });

  it('lists the clients of both nodes in one order', async () => {
    await Promise.all([connect(0, { clientId: 'list/b' }), connect(1, { clientId: 'list/a' })]);
    await Promise.all([known(0, 'list/a'), known(0, 'list/b')]);
    const { connections } = await at(0).list({ after: 'list/', limit: 10 });
    expect(connections.map(({ clientId }) => clientId)).toEqual(['list/a', 'list/b']);
  });
});
