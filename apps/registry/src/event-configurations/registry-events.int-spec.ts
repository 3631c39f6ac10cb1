import {
  createThing,
  createThingType,
  deleteThing,
  deleteThingType,
  deprecateThingType,
  getEventConfigurations,
  registryEventKind,
  type RegistryEventKind,
  updateEventConfigurations,
  updateThing,
  updateThingType,
} from '#thingcore/contracts';
import { waitFor } from '#thingcore/testing';
import { startRegistry, type RegistryFixture } from '../registry.fixture.js';

describe('registry events', () => {
  let registry: RegistryFixture;

  beforeAll(async () => {
    registry = await startRegistry();
  });

  afterAll(() => registry.stop());

  const configure = (eventConfigurations: Partial<Record<RegistryEventKind, boolean>>) =>
    registry.call(updateEventConfigurations, { eventConfigurations });
  /** What was told, as topics without `$aws/events/`, when it is as much as expected. */
  const topics = async (count: number) => {
    await waitFor(() => registry.events.registryEvents().length >= count, { what: `${count} events` });
    return registry.events.registryEvents().map(({ topic }) => topic.replace('$aws/events/', ''));
  };

  it('are all off until they are enabled', async () => {
    const off = Object.fromEntries(registryEventKind.options.map((kind) => [kind, false]));
    expect(await registry.call(getEventConfigurations, {})).toEqual({ eventConfigurations: off });
    await registry.call(createThing, { thingName: 'quiet' });
    await configure({ THING: true });
    await registry.call(createThing, { thingName: 'loud' });
    expect(await topics(1)).toEqual(['thing/loud/created']);
  });

  it('are enabled and disabled one by one, and stay so across a restart', async () => {
    await configure({ THING: true, POLICY: true });
    const { eventConfigurations } = await configure({ THING: false, THING_TYPE: true });
    expect(eventConfigurations).toMatchObject({ THING: false, POLICY: true, THING_TYPE: true, CERTIFICATE: false });
    await registry.restart();
    expect(await registry.call(getEventConfigurations, {})).toMatchObject({ eventConfigurations });
  });

  // AWS: DescribeEventConfigurations, "creationDate" and "lastModifiedDate"
  it('know when they were configured first and last', async () => {
    await configure({ THING: true });
    const before = await registry.call(getEventConfigurations, {});
    registry.clock.advance(1_000);
    await configure({ THING: true });
    const { createdAt, lastModifiedAt } = await registry.call(getEventConfigurations, {});
    expect([createdAt, lastModifiedAt]).toEqual([before.createdAt, (before.lastModifiedAt ?? 0) + 1_000]);
  });

  it('know no kind that a later release may have', async () => {
    const { eventConfigurations } = await configure({ JOB: true } as never);
    expect(Object.keys(eventConfigurations).sort()).toEqual([...registryEventKind.options].sort());
  });

  describe('when enabled', () => {
    beforeEach(async () => {
      await configure(Object.fromEntries(registryEventKind.options.map((kind) => [kind, true])));
      registry.events.clear();
    });

    it('tell of a thing from its creation to its deletion', async () => {
      const { thingId } = await registry.call(createThing, { thingName: 'lamp', attributes: { a: '1' } });
      registry.clock.advance(5);
      await registry.call(updateThing, { thingName: 'lamp', attributes: { a: '2' } });
      await registry.call(deleteThing, { thingName: 'lamp' });
      expect(await topics(3)).toEqual(['thing/lamp/created', 'thing/lamp/updated', 'thing/lamp/deleted']);
      const [created, updated, deleted] = registry.events.registryEvents().map(({ document }) => document);
      const now = registry.clock.now();
      expect(created).toEqual({
        eventType: 'THING_EVENT',
        eventId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        timestamp: now - 5,
        operation: 'CREATED',
        accountId: '123456789012',
        thingId,
        thingName: 'lamp',
        versionNumber: 1,
        thingTypeName: null,
        attributes: { a: '1' },
      });
      expect(updated).toMatchObject({ operation: 'UPDATED', timestamp: now, versionNumber: 2, attributes: { a: '2' } });
      expect(deleted).toMatchObject({ operation: 'DELETED', versionNumber: 2, attributes: { a: '2' } });
      expect(new Set([created?.['eventId'], updated?.['eventId'], deleted?.['eventId']]).size).toBe(3);
    });

    it('tell how things get and lose their types', async () => {
      await registry.call(createThingType, { thingTypeName: 'press' });
      await registry.call(createThingType, { thingTypeName: 'valve' });
      await topics(2);
      registry.events.clear();
      await registry.call(createThing, { thingName: 'pump', thingTypeName: 'press' });
      await registry.call(updateThing, { thingName: 'pump', thingTypeName: 'valve' });
      await registry.call(updateThing, { thingName: 'pump', thingTypeName: 'valve' });
      await registry.call(deleteThing, { thingName: 'pump' });
      const association = 'thingTypeAssociation/thing/pump/thingType';
      expect(await topics(8)).toEqual([
        'thing/pump/created',
        `${association}/press/added`,
        'thing/pump/updated',
        `${association}/press/removed`,
        `${association}/valve/added`,
        'thing/pump/updated',
        'thing/pump/deleted',
        `${association}/valve/removed`,
      ]);
    });

    it('tell of a thing type; deprecating and taking that back are updates', async () => {
      const thingTypeName = 'mixer';
      await registry.call(createThingType, { thingTypeName, searchableAttributes: ['a'] });
      await registry.call(createThingType, { thingTypeName, searchableAttributes: ['a'] });
      await registry.call(updateThingType, { thingTypeName, description: 'Mixes' });
      await registry.call(deprecateThingType, { thingTypeName });
      await registry.call(deprecateThingType, { thingTypeName, undoDeprecate: true });
      await registry.call(deprecateThingType, { thingTypeName });
      registry.clock.advance(300_000);
      await registry.call(deleteThingType, { thingTypeName });
      expect(await topics(6)).toEqual([
        'thingType/mixer/created',
        'thingType/mixer/updated',
        'thingType/mixer/updated',
        'thingType/mixer/updated',
        'thingType/mixer/updated',
        'thingType/mixer/deleted',
      ]);
      expect(registry.events.registryEvents().map(({ document }) => document['isDeprecated'])).toEqual([
        false,
        false,
        true,
        false,
        true,
        true,
      ]);
    });

    it('tell nothing of what is refused, nor of what is there already', async () => {
      await registry.call(createThing, { thingName: 'sole' });
      await registry.call(createThing, { thingName: 'sole' });
      await expect(registry.call(createThing, { thingName: 'sole', attributes: { a: '1' } })).rejects.toThrow();
      await expect(registry.call(updateThing, { thingName: 'sole', expectedVersion: 9 })).rejects.toThrow();
      await registry.call(deleteThing, { thingName: 'never-was' });
      await registry.call(createThing, { thingName: 'marker' });
      expect(await topics(2)).toEqual(['thing/sole/created', 'thing/marker/created']);
    });
  });
});
