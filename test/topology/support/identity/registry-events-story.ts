import type { MqttjsDevice } from '../devices/mqttjs-device.js';
import type { IdentityWorld } from './identity-world.js';

const KINDS = ['THING', 'THING_TYPE', 'THING_GROUP', 'THING_GROUP_MEMBERSHIP', 'THING_TYPE_ASSOCIATION'];

/** What the registry tells on `$aws/events/...`. AWS: "Registry events". */
export function describeRegistryEventsStory(worldOf: () => IdentityWorld): void {
  describe('the events of the registry', () => {
    const configure = (kinds: readonly string[], enabled: boolean) =>
      worldOf().operator.mutate(
        'updateEventConfigurations',
        { eventConfigurations: kinds.map((kind) => ({ kind, enabled })) },
        'kind enabled',
      );

    const heard = ({ inbox }: MqttjsDevice, ...parts: string[]) =>
      inbox.items.filter(({ topic }) => parts.some((part) => topic.includes(part)));

    const told = async (topic: string) => {
      const event = await worldOf().witness.inbox.find((message) => message.topic === `$aws/events/${topic}`, topic);
      return JSON.parse(event.payload) as unknown;
    };

    afterAll(() => configure(KINDS, false));

    it('are silent until they are enabled, then tell of a thing from its creation to its deletion', async () => {
      const { operator, witness } = worldOf();
      await operator.createThing('quiet');
      await configure(KINDS, true);
      await operator.createThing('loud', { color: 'red' });
      await operator.mutate('updateThing', { name: 'loud', attributes: { color: 'blue' } });
      await operator.mutate('deleteThing', { name: 'loud' });
      await expect(told('thing/loud/created')).resolves.toMatchObject({
        eventType: 'THING_EVENT',
        eventId: expect.any(String),
        timestamp: expect.any(Number),
        operation: 'CREATED',
        accountId: '123456789012',
        thingName: 'loud',
        thingId: expect.any(String),
        versionNumber: 1,
        thingTypeName: null,
        attributes: { color: 'red' },
      });
      await expect(told('thing/loud/updated')).resolves.toMatchObject({
        operation: 'UPDATED',
        versionNumber: 2,
        attributes: { color: 'blue' },
      });
      await expect(told('thing/loud/deleted')).resolves.toMatchObject({ operation: 'DELETED' });
      expect(heard(witness, 'thing/quiet/')).toEqual([]);
    });

    it('tell of types, groups and who belongs to them', async () => {
      const { operator } = worldOf();
      await operator.mutate('createThingType', { name: 'told' });
      await operator.mutate('createThingGroup', { name: 'told-group' });
      await operator.mutate('createThing', { name: 'member', type: 'told' });
      const membership = { thingName: 'member', thingGroupName: 'told-group' };
      await operator.mutate('addThingToGroup', membership);
      await operator.mutate('removeThingFromGroup', membership);
      await expect(told('thingType/told/created')).resolves.toMatchObject({ eventType: 'THING_TYPE_EVENT' });
      await expect(told('thingGroup/told-group/created')).resolves.toMatchObject({ eventType: 'THING_GROUP_EVENT' });
      await expect(told('thingTypeAssociation/thing/member/thingType/told/added')).resolves.toMatchObject({
        eventType: 'THING_TYPE_ASSOCIATION_EVENT',
        operation: 'ADDED',
      });
      for (const operation of ['added', 'removed']) {
        await expect(
          told(`thingGroupMembership/thingGroup/told-group/thing/member/${operation}`),
        ).resolves.toMatchObject({
          eventType: 'THING_GROUP_MEMBERSHIP_EVENT',
          operation: operation.toUpperCase(),
        });
      }
    });

    it('are silent again when they are disabled', async () => {
      const { operator, witness } = worldOf();
      await configure(['THING'], false);
      await operator.createThing('hushed');
      await operator.mutate('deleteThing', { name: 'hushed' });
      // Events are told in their order: when this one is there, the others would be too.
      await operator.mutate('createThingGroup', { name: 'after-the-hush' });
      await told('thingGroup/after-the-hush/created');
      expect(heard(witness, 'thing/hushed/')).toEqual([]);
      await expect(operator.graphql.run('{ eventConfigurations { kind enabled } }')).resolves.toMatchObject({
        eventConfigurations: expect.arrayContaining([
          { kind: 'THING', enabled: false },
          { kind: 'THING_GROUP', enabled: true },
        ]),
      });
    });
  });
}
