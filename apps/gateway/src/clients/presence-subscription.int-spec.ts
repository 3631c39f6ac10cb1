import { closeTap, openTap, tapMatched } from '#thingcore/contracts';
import { waitFor } from '#thingcore/testing';
import { type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { Subscribers } from '../subscriptions.fixture.js';

describe('the subscription to presence', () => {
  let gateway: GatewayUnderTest;
  let subscribers: Subscribers;

  beforeEach(async () => {
    gateway = await startGateway();
    gateway.services.answer(openTap, () => ({}));
    gateway.services.answer(closeTap, () => ({}));
    await gateway.listen();
    subscribers = new Subscribers(gateway);
  });

  afterEach(async () => {
    await subscribers.close();
    await gateway.close();
  });

  /** Has the broker say what it publishes of a client. */
  async function tell(event: Record<string, unknown>): Promise<void> {
    const [{ tapId }] = gateway.services.requestsOf(openTap) as [{ tapId: string }];
    const payload = Buffer.from(JSON.stringify(event)).toString('base64');
    const topic = `$aws/events/presence/${String(event['eventType'])}/${String(event['clientId'])}`;
    const message = { topic, payload, qos: 1, retain: false, hops: 0, timestamp: 1, messageId: 'm' } as const;
    await gateway.events.publish(tapMatched, { hits: [{ tapIds: [tapId], message }] });
  }

  const described = {
    clientId: 'pump-7',
    timestamp: 1_700_000_000_000,
    sessionIdentifier: 'session',
    principalIdentifier: 'anonymous',
  };

  it.each([
    ['one client', '(clientId: "pump-7")', '$aws/events/presence/+/pump-7'],
    ['all clients', '', '$aws/events/presence/#'],
  ])('brings the events of %s, in their types', async (_name, args, topicFilter) => {
    const events = subscribers.subscribe(`subscription { presence${args} {
      eventType clientId timestamp thingName versionNumber ipAddress disconnectReason
    } }`);
    const first = events.next();
    await waitFor(() => gateway.services.requestsOf(openTap).length === 1, { what: 'the tap' });
    expect(gateway.services.requestsOf(openTap)).toEqual([expect.objectContaining({ topicFilter })]);
    await tell({ ...described, eventType: 'connected', thingName: 'pump', versionNumber: 7, ipAddress: '192.0.2.1' });
    const shown = { clientId: 'pump-7', timestamp: '2023-11-14T22:13:20.000Z' };
    expect((await first).value).toEqual({
      data: {
        presence: {
          ...{ ...shown, eventType: 'CONNECTED', thingName: 'pump', versionNumber: 7 },
          ...{ ipAddress: '192.0.2.1', disconnectReason: null },
        },
      },
    });
    await tell({ ...described, eventType: 'disconnected', versionNumber: 7, disconnectReason: 'CONNECTION_LOST' });
    expect((await events.next()).value).toMatchObject({
      data: { presence: { eventType: 'DISCONNECTED', disconnectReason: 'CONNECTION_LOST', ipAddress: null } },
    });
    await tell({ ...described, eventType: 'connect_failed', ipAddress: '192.0.2.1' });
    expect((await events.next()).value).toMatchObject({
      data: { presence: { eventType: 'CONNECT_FAILED', versionNumber: null } },
    });
  });

  it.each(['a+b', '#', ''])('refuses the client id %j, of which nothing is told', async (clientId) => {
    const subscription = `subscription { presence(clientId: "${clientId}") { eventType } }`;
    await expect(subscribers.subscribe(subscription).next()).rejects.toEqual([
      expect.objectContaining({ extensions: expect.objectContaining({ code: 'InvalidRequest' }) as unknown }),
    ]);
  });
});
