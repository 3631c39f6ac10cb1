import { thingTypeEvent } from './thing-type-event.js';

const stamp = { eventId: '8827376c', timestamp: 1_767_225_600_000, accountId: '123456789012' };
const type = {
  thingTypeName: 'press',
  thingTypeId: 'c530ae83',
  thingTypeArn: 'arn:aws:iot:us-east-1:123456789012:thingtype/press',
  description: 'Stamps sheets',
  searchableAttributes: ['serial'],
  deprecated: false,
  createdAt: 1,
};

// AWS: "Registry events", "Thing Type Created/Updated/Deprecated/Undeprecated/Deleted".
describe('thingTypeEvent', () => {
  it.each([
    ['CREATED', 'created'],
    ['UPDATED', 'updated'],
    ['DELETED', 'deleted'],
  ] as const)('tells %s with all that AWS tells, and nothing else', (operation, verb) => {
    expect(thingTypeEvent(operation, type, stamp)).toEqual({
      topic: `$aws/events/thingType/press/${verb}`,
      document: {
        eventType: 'THING_TYPE_EVENT',
        eventId: '8827376c',
        timestamp: 1_767_225_600_000,
        operation,
        accountId: '123456789012',
        thingTypeId: 'c530ae83',
        thingTypeName: 'press',
        isDeprecated: false,
        deprecationDate: null,
        searchableAttributes: ['serial'],
        description: 'Stamps sheets',
      },
    });
  });

  it('tells when the type was deprecated', () => {
    const { document } = thingTypeEvent('UPDATED', { ...type, deprecated: true, deprecatedAt: 5 }, stamp);
    expect(document).toMatchObject({ isDeprecated: true, deprecationDate: 5 });
  });

  it('has null for a description that there is not', () => {
    const { description: _none, ...bare } = type;
    expect(thingTypeEvent('CREATED', bare, stamp).document).toHaveProperty('description', null);
  });
});
