import { thingEvent } from './thing-event.js';
import { thingTypeAssociationEvent } from './thing-type-association-event.js';

const stamp = { eventId: 'f5ae9b94', timestamp: 1_767_225_600_000, accountId: '123456789012' };
const thing = {
  thingName: 'press:7',
  thingId: 'b604f69c',
  thingArn: 'arn:aws:iot:us-east-1:123456789012:thing/press:7',
  thingTypeName: 'press',
  billingGroupName: 'plant',
  attributes: { site: 'a' },
  version: 3,
  createdAt: 1,
};

// AWS: "Registry events".
describe('thingEvent', () => {
  it.each([
    ['CREATED', 'created'],
    ['UPDATED', 'updated'],
    ['DELETED', 'deleted'],
  ] as const)('tells %s with all that AWS tells, and nothing else', (operation, verb) => {
    expect(thingEvent(operation, thing, stamp)).toEqual({
      topic: `$aws/events/thing/press:7/${verb}`,
      document: {
        eventType: 'THING_EVENT',
        eventId: 'f5ae9b94',
        timestamp: 1_767_225_600_000,
        operation,
        accountId: '123456789012',
        thingId: 'b604f69c',
        thingName: 'press:7',
        versionNumber: 3,
        thingTypeName: 'press',
        attributes: { site: 'a' },
      },
    });
  });

  it('has null for the type of a thing without one', () => {
    const { thingTypeName: _none, ...bare } = thing;
    expect(thingEvent('CREATED', bare, stamp).document).toHaveProperty('thingTypeName', null);
  });
});

describe('thingTypeAssociationEvent', () => {
  it.each([
    ['ADDED', 'added'],
    ['REMOVED', 'removed'],
  ] as const)('tells %s on the long topic', (operation, verb) => {
    expect(thingTypeAssociationEvent(operation, thing, 'valve', stamp)).toEqual({
      topic: `$aws/events/thingTypeAssociation/thing/press:7/thingType/valve/${verb}`,
      document: {
        eventId: 'f5ae9b94',
        eventType: 'THING_TYPE_ASSOCIATION_EVENT',
        operation,
        thingId: 'b604f69c',
        thingName: 'press:7',
        thingTypeName: 'valve',
        timestamp: 1_767_225_600_000,
      },
    });
  });
});
