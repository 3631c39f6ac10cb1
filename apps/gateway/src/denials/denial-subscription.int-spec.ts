import { type Denial, denialsRecorded } from '#thingcore/contracts';
import { waitFor } from '#thingcore/testing';
import { type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { anId } from '../registry.fixture.js';
import { Subscribers } from '../subscriptions.fixture.js';
import { DenialFeed } from './denial-feed.js';
import { aDenial, answerDenials } from './denial.fixture.js';

describe('the subscription to denials', () => {
  let gateway: GatewayUnderTest;
  let subscribers: Subscribers;

  beforeEach(async () => {
    gateway = await startGateway();
    await gateway.listen();
    subscribers = new Subscribers(gateway);
  });

  afterEach(async () => {
    await subscribers.close();
    await gateway.close();
  });

  it('brings those that were asked for, as they are recorded', async () => {
    const recorded: Denial[] = [];
    answerDenials(gateway.services, recorded);
    const fields = '{ id time clientId action remedy { ... on AddStatement { statement } } }';
    const ofThing = subscribers.subscribe(`subscription { denials(thing: "lamp") ${fields} }`);
    const ofCertificate = subscribers.subscribe(`subscription { denials(certificateId: "${anId('b')}") ${fields} }`);
    const nexts = [ofThing.next(), ofCertificate.next()];
    await waitFor(() => gateway.app.get(DenialFeed).size === 2, { what: 'the subscriptions' });
    recorded.push(
      aDenial('d1', { thingName: 'door', clientId: 'door', principal: 'anonymous' }),
      aDenial('d2'),
      aDenial('d3', { thingName: 'fan', clientId: 'fan', principal: anId('b') }),
    );
    await gateway.events.publish(denialsRecorded, { denials: recorded });
    const [lamp, fan] = await Promise.all(nexts);
    const expected = (id: string, clientId: string) => ({
      data: {
        denials: {
          id,
          time: '2023-11-14T22:13:20.000Z',
          clientId,
          action: 'iot:Publish',
          remedy: { statement: { Effect: 'Allow' } },
        },
      },
    });
    expect([lamp?.value, fan?.value]).toEqual([expected('d2', 'lamp'), expected('d3', 'fan')]);
  });

  it('refuses a filter that nothing can meet, by the name of the argument', async () => {
    await expect(subscribers.subscribe('subscription { denials(thing: "a b") { id } }').next()).rejects.toEqual([
      expect.objectContaining({
        message: expect.stringContaining('"thing": must be 1 to 128 characters'),
        extensions: expect.objectContaining({
          code: 'InvalidRequest',
          details: expect.objectContaining({ field: 'thing' }),
        }),
      }),
    ]);
  });
});
