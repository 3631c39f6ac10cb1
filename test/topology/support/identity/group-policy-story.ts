import type { DeviceCertificate } from '../application.js';
import { connectAwsSdk } from '../devices/aws-sdk-device.js';
import { connectMqttjs, type MqttjsDevice } from '../devices/mqttjs-device.js';
import { effectOf, mayPublish, refusedConnect, trySubscribe } from './attempts.js';
import type { IdentityWorld } from './identity-world.js';
import { allow, arn, policyOf } from './operator.js';

const THING = '${iot:Connection.Thing.ThingName}';
const TYPE = '${iot:Connection.Thing.ThingTypeName}';
const HALL = '${iot:Connection.Thing.Attributes[hall]}';

/** What every press may do. It stands on the group above the one that the presses are in. */
const PRESSES = [
  allow('iot:Connect', `client/${THING}`),
  allow(['iot:Publish', 'iot:Receive'], `topic/${TYPE}/${THING}/*`, `topic/halls/${HALL}/${THING}`),
  allow('iot:Subscribe', `topicfilter/${TYPE}/${THING}/*`),
];

const MAINTENANCE = allow('iot:Publish', `topic/maintenance/${THING}`);

/** A press on each node; `name` is that of its thing and its client id. */
interface Press {
  readonly name: string;
  readonly certificate: DeviceCertificate;
  readonly device: MqttjsDevice;
}

/** A fleet that is described in the registry and allowed things by one policy with variables, on a group. */
export function describeGroupPolicyStory(worldOf: () => IdentityWorld): void {
  describe('presses whose only policy is that of the plant they are in', () => {
    let presses: Press[];

    const allPresses = (isInEffect: (press: Press) => Promise<boolean>, change: () => Promise<unknown>) =>
      effectOf(change, presses, isInEffect);

    const enrol = async (name: string, input: Record<string, unknown> = {}) => {
      const { operator } = worldOf();
      const attributes = { hall: 'one', model: 'press-4' };
      const certificate = await operator.enrol(name, { type: 'press', billingGroup: 'line-1', attributes, ...input });
      await operator.mutate('addThingToGroup', { thingName: name, thingGroupName: 'hall-1' });
      return certificate;
    };

    beforeAll(async () => {
      const { operator, nodes } = worldOf();
      await operator.mutate('createThingType', { name: 'press', searchableAttributes: ['model'], tags: { kind: 'm' } });
      await operator.mutate('createThingGroup', { name: 'plant', attributes: { city: 'Aachen' } });
      await operator.mutate('createThingGroup', { name: 'hall-1', parent: 'plant', tags: { floor: '0' } });
      await operator.mutate('createBillingGroup', {
        name: 'line-1',
        description: 'First line',
        tags: { cost: '4711' },
      });
      await operator.mutate('createPolicy', { name: 'presses', document: policyOf(PRESSES), tags: { of: 'presses' } });
      await operator.attachPolicy('presses', arn('thinggroup/plant'));
      presses = await Promise.all(
        nodes.map(async ({ mqtts: url }, n) => {
          const name = `press-${n}`;
          const certificate = await enrol(name);
          const device = await connectMqttjs({ clientId: name, url, certificate }, { protocolVersion: 5 });
          return { name, certificate, device: worldOf().keep(device) };
        }),
      );
    });

    it('are described with type, groups, billing group, principals and the policies that count', async () => {
      const { operator } = worldOf();
      const certificateId = presses[0]?.certificate.certificateId;
      await expect(
        operator.graphql.run(`query {
          thing(name: "press-0") {
            attributes version type { name searchableAttributes tags } billingGroup { name tags }
            groups { name parent { name attributes } tags } principals { nodes { certificateId exclusive } }
          }
          effectivePolicies(thing: "press-0", principal: "${certificateId}") { name tags }
        }`),
      ).resolves.toEqual({
        thing: {
          attributes: { hall: 'one', model: 'press-4' },
          version: 1,
          type: { name: 'press', searchableAttributes: ['model'], tags: { kind: 'm' } },
          billingGroup: { name: 'line-1', tags: { cost: '4711' } },
          groups: [{ name: 'hall-1', parent: { name: 'plant', attributes: { city: 'Aachen' } }, tags: { floor: '0' } }],
          principals: { nodes: [{ certificateId, exclusive: false }] },
        },
        effectivePolicies: [{ name: 'presses', tags: { of: 'presses' } }],
      });
    });

    it.each([
      ['their type', { type: 'press' }],
      ['a searchable attribute', { attribute: { name: 'model', value: 'press-4' } }],
      ['the beginning of their names', { namePrefix: 'press-' }],
      ['a group above theirs', { group: 'plant', recursive: true }],
      ['their billing group', { billingGroup: 'line-1' }],
    ])('are found by %s, page by page', async (_name, filter) => {
      const found: string[] = [];
      let after: string | undefined;
      do {
        const { things } = await worldOf().operator.graphql.run<{
          things: { edges: { node: { name: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
        }>(
          `query ($filter: ThingFilter, $after: String) { things(filter: $filter, first: 1, after: $after) {
            edges { node { name } } pageInfo { hasNextPage endCursor } } }`,
          { filter, after },
        );
        found.push(...things.edges.map(({ node }) => node.name));
        after = things.pageInfo.hasNextPage ? things.pageInfo.endCursor : undefined;
      } while (after !== undefined);
      expect(found).toEqual(presses.map(({ name }) => name));
    });

    it('do what the policy says of their name, type and attributes, and nothing else', async () => {
      for (const { name, device } of presses) {
        expect(await mayPublish(device, `press/${name}/data`)).toBe(true);
        expect(await mayPublish(device, `halls/one/${name}`)).toBe(true);
        expect(await mayPublish(device, `halls/two/${name}`)).toBe(false);
        expect(await mayPublish(device, 'press/press-9/data')).toBe(false);
        expect(await mayPublish(device, `maintenance/${name}`)).toBe(false);
        expect(await trySubscribe(device, `press/${name}/#`)).toBeUndefined();
        expect(await trySubscribe(device, 'press/#')).toBeDefined();
      }
    });

    it('are brought what is for them', async () => {
      const { operator } = worldOf();
      for (const { name, device } of presses) {
        await operator.publish(`press/${name}/command`, { stop: true });
        await device.inbox.find(({ topic }) => topic === `press/${name}/command`, 'the command');
      }
    });

    it('follow an attribute of their thing within a second', async () => {
      const { operator } = worldOf();
      const change = () =>
        Promise.all(
          presses.map(({ name }) =>
            operator.mutate('updateThing', { name, attributes: { hall: 'two' }, mergeAttributes: true }),
          ),
        );
      const took = await allPresses(({ name, device }) => mayPublish(device, `halls/two/${name}`), change);
      worldOf().note('attribute', took);
      for (const { name, device } of presses) expect(await mayPublish(device, `halls/one/${name}`)).toBe(false);
    });

    it('follow a new version of the policy within a second, and the one before when that counts again', async () => {
      const { operator } = worldOf();
      const maintains = ({ name, device }: Press) => mayPublish(device, `maintenance/${name}`);
      const more = await allPresses(maintains, () => operator.changePolicy('presses', [...PRESSES, MAINTENANCE]));
      worldOf().note('policy version', more);
      const less = await allPresses(
        async (press) => !(await maintains(press)),
        () => operator.mutate('setDefaultPolicyVersion', { policyName: 'presses', versionId: '1' }),
      );
      worldOf().note('default version', less);
      for (const { name, device } of presses) expect(await mayPublish(device, `press/${name}/data`)).toBe(true);
    });

    it('lose all of it within a second when the policy is detached from the group, and keep their connection', async () => {
      const { operator } = worldOf();
      const input = { policyName: 'presses', target: arn('thinggroup/plant') };
      const works = ({ name, device }: Press) => mayPublish(device, `press/${name}/data`);
      const detached = await allPresses(
        async (press) => !(await works(press)),
        () => operator.mutate('detachPolicy', input),
      );
      worldOf().note('policy detached', detached);
      const attached = await allPresses(works, () => operator.mutate('attachPolicy', input));
      worldOf().note('policy attached', attached);
      expect(presses.every(({ device }) => device.client.connected)).toBe(true);
    });

    it('lose it within a second when their thing leaves the group, and have it again when it is back', async () => {
      const { operator } = worldOf();
      const works = ({ name, device }: Press) => mayPublish(device, `press/${name}/data`);
      const forAll = (mutation: string) => () =>
        Promise.all(
          presses.map(({ name }) => operator.mutate(mutation, { thingName: name, thingGroupName: 'hall-1' })),
        );
      const left = await allPresses(async (press) => !(await works(press)), forAll('removeThingFromGroup'));
      worldOf().note('left the group', left);
      worldOf().note('back in the group', await allPresses(works, forAll('addThingToGroup')));
    });

    it('lose it within a second when their certificate is detached from their thing', async () => {
      const { operator } = worldOf();
      const works = ({ name, device }: Press) => mayPublish(device, `press/${name}/data`);
      const forAll = (mutation: string) => () =>
        Promise.all(
          presses.map(({ name, certificate }) =>
            operator.mutate(mutation, { thingName: name, principal: certificate.certificateArn }),
          ),
        );
      const gone = await allPresses(async (press) => !(await works(press)), forAll('detachThingPrincipal'));
      worldOf().note('principal detached', gone);
      await allPresses(works, forAll('attachThingPrincipal'));
    });

    it('are refused under the name of another, with a CONNACK', async () => {
      const certificate = presses[0]?.certificate;
      if (certificate === undefined) throw new Error('There is no press');
      for (const { mqtts: url } of worldOf().nodes) {
        await expect(refusedConnect({ clientId: 'press-9', url, certificate })).resolves.toMatchObject({
          wasSecure: true,
          packets: [{ cmd: 'connack', reasonCode: 0x87 }],
        });
      }
    });

    it('that have their certificate for themselves alone are known by it under any client id', async () => {
      const { operator, witness, nodes } = worldOf();
      const certificate = await operator.enrol('hermit', {
        type: 'press',
        attributes: { hall: 'one' },
        exclusive: true,
      });
      await operator.mutate('addThingToGroup', { thingName: 'hermit', thingGroupName: 'hall-1' });
      await operator.createPolicy('any-name', [allow('iot:Connect', 'client/hermit-*')]);
      await operator.attachPolicy('any-name', certificate.certificateArn);
      for (const [n, { mqtts: url }] of nodes.entries()) {
        const clientId = `hermit-under-name-${n}`;
        const device = worldOf().keep(await connectMqttjs({ clientId, url, certificate }, { protocolVersion: 5 }));
        expect(await mayPublish(device, 'press/hermit/data')).toBe(true);
        expect(await mayPublish(device, `press/${clientId}/data`)).toBe(false);
        const topic = `$aws/events/presence/connected/${clientId}`;
        const event = await witness.inbox.find((message) => message.topic === topic, 'the presence event');
        expect(JSON.parse(event.payload)).toMatchObject({
          thingName: 'hermit',
          principalIdentifier: certificate.certificateId,
        });
      }
      await operator.createThing('another-hermit');
      await expect(
        operator.mutate('attachThingPrincipal', { thingName: 'another-hermit', principal: certificate.certificateArn }),
      ).rejects.toMatchObject({ code: 'InvalidRequest' });
    });

    it.each(['mqtt311', 'mqtt5'] as const)(
      'work with the unmodified aws-iot-device-sdk-v2 and an EC certificate over %s',
      async (transport) => {
        const name = `press-sdk-${transport}`;
        const certificate = await enrol(name);
        const { mqtts: url } = worldOf().node(transport === 'mqtt5' ? 1 : 0);
        const device = worldOf().keep(await connectAwsSdk(transport, { clientId: name, url, certificate }));
        await device.subscribe(`press/${name}/commands/+`);
        await device.publish(`press/${name}/commands/go`, { from: 'itself' });
        await device.inbox.find(({ topic }) => topic === `press/${name}/commands/go`, 'its own message');
        await expect(device.subscribe('press/#')).rejects.toThrow(/refused/);
        await device.disconnect();
      },
    );
  });
}
