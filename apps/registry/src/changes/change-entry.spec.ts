import { entriesOfSubjects, entryOfEvent, entryOfNote } from './change-entry.js';

describe('the entries of the change log', () => {
  it.each([
    ['$aws/events/thing/lamp/created', 'THING', 'CREATED', { thingName: 'lamp' }],
    ['$aws/events/thingType/press/updated', 'THING_TYPE', 'UPDATED', { thingTypeName: 'press' }],
    ['$aws/events/thingGroup/hall/deleted', 'THING_GROUP', 'DELETED', { thingGroupName: 'hall' }],
    [
      '$aws/events/thingGroupMembership/thingGroup/hall/thing/lamp/added',
      'THING_GROUP_MEMBERSHIP',
      'ADDED',
      { thingGroupName: 'hall', thingName: 'lamp' },
    ],
    [
      '$aws/events/thingGroupHierarchy/thingGroup/site/childThingGroup/hall/removed',
      'THING_GROUP_HIERARCHY',
      'REMOVED',
      { thingGroupName: 'site', childThingGroupName: 'hall' },
    ],
    [
      '$aws/events/thingTypeAssociation/thing/lamp/thingType/press/added',
      'THING_TYPE_ASSOCIATION',
      'ADDED',
      { thingName: 'lamp', thingTypeName: 'press' },
    ],
  ] as const)('name what the event on %s is about', (topic, kind, operation, subject) => {
    expect(entryOfEvent({ kind, topic })).toEqual({ kind, operation, subject });
  });

  it('leave out what is told to devices without being a change', () => {
    expect(entryOfEvent({ kind: null, topic: '$aws/events/certificates/registered/ca' })).toBeUndefined();
  });

  it('tell of subjects that something changed about, unless the transaction tells more of them', () => {
    const created = entryOfNote({ kind: 'CERTIFICATE', operation: 'CREATED', name: 'one' });
    expect(
      entriesOfSubjects(
        [
          { subject: 'certificate', name: 'one' },
          { subject: 'certificate', name: 'two' },
          { subject: 'thingGroup', name: 'hall' },
        ],
        [created],
      ),
    ).toEqual([
      { kind: 'CERTIFICATE', operation: 'UPDATED', subject: { certificateId: 'two' } },
      { kind: 'THING_GROUP', operation: 'UPDATED', subject: { thingGroupName: 'hall' } },
    ]);
  });
});
