import { waitFor } from '#thingcore/testing';
import type { DeviceCertificate, Json } from '../application.js';
import { connectMqttjs, type MqttjsDevice } from '../devices/mqttjs-device.js';
import { mayPublish, NOT_AUTHORIZED, refusedConnect, tryPublish, trySubscribe } from './attempts.js';
import { denialIdIn, denialOf, denials, newestDenial, type SeenDenial, watchDenials } from './denials.js';
import type { IdentityWorld } from './identity-world.js';
import { allow, arn, deny } from './operator.js';

const CLIENT = '${iot:ClientId}';

/** Between two attempts: of a client that is denied something again and again not every denial is recorded. */
const INTERVAL_MS = 100;

const ATTEMPTS = 60;

/** What the asking device may do at first: a little too little of everything. */
const AT_FIRST = [
  allow('iot:Connect', 'client/asker-*'),
  allow('iot:Publish', `topic/out/${CLIENT}/*`, 'topic/sealed/*'),
  allow('iot:Subscribe', `topicfilter/in/${CLIENT}/*`),
  allow('iot:Receive', `topic/in/${CLIENT}/public/*`),
];

/** "Why was I denied?" */
export function describeDenialStory(worldOf: () => IdentityWorld): void {
  describe('a device that is denied something', () => {
    let certificate: DeviceCertificate;
    let statements: Json[] = AT_FIRST;

    const identityOf = (clientId: string) => ({ clientId, url: worldOf().node(1).mqtts, certificate });
    const connect = async (clientId: string): Promise<MqttjsDevice> =>
      worldOf().keep(await connectMqttjs(identityOf(clientId), { protocolVersion: 5 }));

    /** Does what the answer says: puts the statement into the policy of the device. */
    const follow = async ({ remedy }: SeenDenial) => {
      const statement = remedy?.statement;
      if (statement === undefined) throw new Error('There is no statement to add');
      statements = [...statements, statement];
      await worldOf().operator.changePolicy('asker', statements);
    };

    beforeAll(async () => {
      const { operator } = worldOf();
      certificate = await operator.enrol('asker', { exclusive: true });
      await operator.createPolicy('asker', AT_FIRST);
      await operator.attachPolicy('asker', certificate.certificateArn);
    });

    it('finds out why it may not publish, and may when the statement that it was told is added', async () => {
      const device = await connect('asker-publishing');
      const answer = await tryPublish(device, 'elsewhere/data');
      const denial = await denialOf(worldOf().operator, denialIdIn(answer?.reason));
      expect(denial).toMatchObject({
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        clientId: 'asker-publishing',
        principal: certificate.certificateId,
        thingName: 'asker',
        sourceIp: '127.0.0.1',
        action: 'iot:Publish',
        resource: arn('topic/elsewhere/data'),
        cause: 'POLICY',
        decision: 'IMPLICIT_DENY',
      });
      expect(denial.statements[0]).toMatchObject({
        policyName: 'asker',
        index: 1,
        effect: 'Allow',
        mismatch: expect.any(String),
        patterns: [
          { pattern: arn(`topic/out/${CLIENT}/*`), resolved: arn('topic/out/asker-publishing/*') },
          { pattern: arn('topic/sealed/*'), resolved: arn('topic/sealed/*') },
        ],
        variables: [{ name: 'iot:ClientId', value: 'asker-publishing' }],
      });
      expect(denial.remedy?.statement).toEqual({
        Effect: 'Allow',
        Action: 'iot:Publish',
        Resource: arn('topic/elsewhere/data'),
      });
      await follow(denial);
      const isAllowed = () => mayPublish(device, 'elsewhere/data');
      await waitFor(isAllowed, { what: 'the message to be allowed', intervalMs: INTERVAL_MS });
    });

    it('finds out why it may not subscribe, and may when the statement that it was told is added', async () => {
      const device = await connect('asker-subscribing');
      const answer = await trySubscribe(device, 'news/+');
      const denial = await denialOf(worldOf().operator, denialIdIn(answer?.reason));
      expect(denial).toMatchObject({ action: 'iot:Subscribe', resource: arn('topicfilter/news/+') });
      await follow(denial);
      const isAllowed = async () => (await trySubscribe(device, 'news/+')) === undefined;
      await waitFor(isAllowed, { what: 'the subscription to be allowed', intervalMs: INTERVAL_MS });
    });

    it('is not told what it does not get, but its operator is, and it gets it when the statement is added', async () => {
      const { operator } = worldOf();
      const device = await connect('asker-receiving');
      const topic = 'in/asker-receiving/secret';
      expect(await trySubscribe(device, 'in/asker-receiving/#')).toBeUndefined();
      await operator.publish(topic, 'not yet');
      const denial = await newestDenial(operator, { clientId: 'asker-receiving' }, 'iot:Receive');
      expect(denial).toMatchObject({ resource: arn(`topic/${topic}`), decision: 'IMPLICIT_DENY' });
      expect(device.inbox.items).toEqual([]);
      await follow(denial);
      await waitFor(
        async () => {
          await operator.publish(topic, 'now');
          return device.inbox.items.some(({ payload }) => payload.includes('now'));
        },
        { what: 'the message to be delivered' },
      );
      expect(device.inbox.items.some(({ payload }) => payload.includes('not yet'))).toBe(false);
    });

    it('finds out why it may not connect, and may when the statement that it was told is added', async () => {
      const { packets } = await refusedConnect(identityOf('outsider'));
      expect(packets).toEqual([{ cmd: 'connack', reasonCode: NOT_AUTHORIZED, reason: expect.any(String) as string }]);
      const denial = await denialOf(worldOf().operator, denialIdIn(packets[0]?.reason));
      expect(denial).toMatchObject({
        clientId: 'outsider',
        thingName: 'asker',
        action: 'iot:Connect',
        resource: arn('client/outsider'),
      });
      await follow(denial);
      await connect('outsider');
    });

    it('is told nothing with MQTT 3.1.1 but the code, and its denial is recorded all the same', async () => {
      const { packets } = await refusedConnect(identityOf('old-fashioned'), 4);
      expect(packets).toMatchObject([{ cmd: 'connack' }]);
      expect(packets[0]).not.toHaveProperty('reason');
      await newestDenial(worldOf().operator, { clientId: 'old-fashioned' }, 'iot:Connect');
    });

    it('by a Deny is shown the statement to change, for an addition would not help', async () => {
      const { operator } = worldOf();
      const device = await connect('asker-sealed');
      expect(await mayPublish(device, 'sealed/box')).toBe(true);
      const sealed = { Sid: 'Sealed', ...deny('iot:Publish', 'topic/sealed/*') };
      await operator.createPolicy('sealed', [sealed]);
      await operator.attachPolicy('sealed', certificate.certificateArn);
      const answer = await waitFor(() => tryPublish(device, 'sealed/box'), { what: 'the message to be denied' });
      const change = { policyName: 'sealed', index: 0, sid: 'Sealed', effect: 'Deny' };
      const denial = await denialOf(operator, denialIdIn(answer.reason));
      expect(denial).toMatchObject({ decision: 'EXPLICIT_DENY', statements: [change], remedy: { change } });
      // What leads to the proof tells nothing of it: the policy is the operator's business.
      expect(answer.reason).not.toContain('Sealed');
    });

    it('is found by its thing, its certificate and its client id, all together and the newest first', async () => {
      const { operator } = worldOf();
      const { certificateId } = certificate;
      const ofThing = await denials(operator, { thing: 'asker', last: 250 });
      expect(new Set(ofThing.map(({ action }) => action))).toEqual(
        new Set(['iot:Publish', 'iot:Subscribe', 'iot:Receive', 'iot:Connect']),
      );
      const times = ofThing.map(({ time }) => time);
      expect(times).toEqual([...times].sort().reverse());
      await expect(denials(operator, { certificateId, last: 250 })).resolves.toEqual(ofThing);
      const ofClient = ofThing.filter(({ clientId }) => clientId === 'asker-subscribing');
      expect(ofClient).not.toEqual([]);
      for (const filter of [{}, { thing: 'asker' }, { certificateId }]) {
        await expect(denials(operator, { ...filter, clientId: 'asker-subscribing' })).resolves.toEqual(ofClient);
      }
      await expect(denials(operator, { thing: 'nobody', clientId: 'asker-subscribing' })).resolves.toEqual([]);
      await expect(denials(operator, { thing: 'asker', last: 1 })).resolves.toEqual(ofThing.slice(0, 1));
      const newest = { nodes: [{ id: ofThing[0]?.id }] };
      await expect(
        operator.graphql.run(
          `query ($id: ID!) { thing(name: "asker") { denials(first: 1) { nodes { id } } }
            certificate(id: $id) { denials(first: 1) { nodes { id } } } }`,
          { id: certificateId },
        ),
      ).resolves.toEqual({ thing: { denials: newest }, certificate: { denials: newest } });
    });

    it('again and again is recorded a few times, and the rest is counted', async () => {
      const device = await connect('asker-stubborn');
      const attempt = () => tryPublish(device, 'no/entry');
      await Promise.all(Array.from({ length: ATTEMPTS }, attempt));
      const recorded = () => denials(worldOf().operator, { clientId: 'asker-stubborn', last: 250 });
      const counted = async () => {
        await attempt();
        const seen = await recorded();
        return seen.reduce((sum, { suppressed }) => sum + suppressed, seen.length) >= ATTEMPTS;
      };
      await waitFor(counted, { what: 'all denials to be counted', intervalMs: 300 });
      expect((await recorded()).length).toBeLessThan(ATTEMPTS / 2);
    });

    it('is seen live by whoever watches it, and by nobody who watches another', async () => {
      const { operator } = worldOf();
      const device = await connect('asker-watched');
      const ofClient = watchDenials(operator, { clientId: 'asker-watched' });
      const ofThing = watchDenials(operator, { thing: 'asker' });
      const ofAnother = watchDenials(operator, { thing: 'somebody-else' });
      let n = 0;
      // A subscription has no answer that says "I am there": the device goes on until it is seen.
      await waitFor(
        async () => {
          await mayPublish(device, `unheard/${++n}`);
          return ofClient.items.length > 0 && ofThing.items.length > 0;
        },
        { what: 'both subscriptions to see a denial', intervalMs: 200 },
      );
      const [{ denials: seen } = {}] = ofClient.items;
      expect(seen).toMatchObject({
        clientId: 'asker-watched',
        resource: expect.stringContaining(arn('topic/unheard/')),
      });
      expect(seen).toEqual(await denialOf(operator, seen?.id ?? ''));
      expect(ofAnother.items).toEqual([]);
    });
  });

  it('a device whose certificate is not active is told nothing, and its operator everything', async () => {
    const { operator } = worldOf();
    const certificate = await operator.createCertificate(false);
    const identity = { clientId: 'sleeper', url: worldOf().node(1).mqtts, certificate };
    await expect(refusedConnect(identity)).resolves.toEqual({ wasSecure: true, packets: [] });
    await expect(
      newestDenial(operator, { certificateId: certificate.certificateId }, 'iot:Connect'),
    ).resolves.toMatchObject({
      clientId: 'sleeper',
      cause: 'CERTIFICATE',
      decision: null,
      summary: expect.stringContaining('INACTIVE'),
      remedy: null,
    });
  });
}
