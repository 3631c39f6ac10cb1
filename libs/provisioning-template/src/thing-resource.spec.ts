import type { JsonObject } from '#thingcore/errors';
import { parseProvisioningTemplate } from './index.js';
import { aTemplate, expectRefusal, failureOf, planOf, type Refusal } from './templates.fixture.js';

const THING = 'Resources.thing.Properties';

describe('a thing', () => {
  it('has only what the template says', () => {
    expect(planOf({}).thing).toEqual({
      logicalName: 'thing',
      thingName: 'pump',
      overrides: { attributes: 'DO_NOTHING', thingTypeName: 'DO_NOTHING', thingGroups: 'DO_NOTHING' },
    });
  });

  it('keeps an empty map of attributes, which is not the same as none', () => {
    expect(planOf({ thing: { AttributePayload: {} } }).thing.attributes).toEqual({});
  });

  it('has attributes of any name', () => {
    const payload = JSON.parse('{"__proto__":"a","constructor":{"Ref":"Serial"},"attributes":"b"}') as JsonObject;
    const { attributes } = planOf({ thing: { AttributePayload: payload } }).thing;
    expect(Object.entries(attributes ?? {})).toEqual([
      ['__proto__', 'a'],
      ['constructor', '800'],
      ['attributes', 'b'],
    ]);
  });

  it('has each group once', () => {
    expect(planOf({ thing: { ThingGroups: ['a', 'b', 'a'] } }).thing.thingGroups).toEqual(['a', 'b']);
  });

  it('takes functions in every property', () => {
    const ref = { Ref: 'Serial' };
    const thing = {
      ThingName: ref,
      AttributePayload: { a: ref },
      ThingTypeName: ref,
      ThingGroups: [ref],
      BillingGroup: ref,
    };
    expect(planOf({ thing }).thing).toMatchObject({
      thingName: '800',
      attributes: { a: '800' },
      thingTypeName: '800',
      thingGroups: ['800'],
      billingGroup: '800',
    });
  });

  it.each<Refusal>([
    { name: 'an unknown property', parts: { thing: { Color: 'red' } }, field: `${THING}.Color`, says: 'ThingName' },
    {
      name: 'a property in another spelling',
      parts: { thing: { thingTypeName: 'a' } },
      field: `${THING}.thingTypeName`,
      says: 'did you mean "ThingTypeName"?',
    },
    {
      name: 'package versions',
      parts: { thing: { PackageVersions: {} } },
      field: `${THING}.PackageVersions`,
      says: 'not supported',
    },
    {
      name: 'attributes as a list',
      parts: { thing: { AttributePayload: ['a'] } },
      field: `${THING}.AttributePayload`,
      says: 'must be an object',
    },
    {
      name: 'attributes in the shape of the API',
      parts: { thing: { AttributePayload: { attributes: { a: 'b' } } } },
      field: `${THING}.AttributePayload.attributes`,
      says: 'a flat map',
    },
    {
      name: 'an attribute that is a number',
      parts: { thing: { AttributePayload: { a: 7 } } },
      field: `${THING}.AttributePayload.a`,
      says: 'The attribute "a" must be a string',
    },
    {
      name: 'a function for all attributes',
      parts: { thing: { AttributePayload: { Ref: 'Serial' } } },
      field: `${THING}.AttributePayload`,
      says: 'written out',
    },
    {
      name: 'one group as a text',
      parts: { thing: { ThingGroups: 'a' } },
      field: `${THING}.ThingGroups`,
      says: 'must be an array',
    },
    {
      name: 'a group that is no string',
      parts: { thing: { ThingGroups: ['a', 1] } },
      field: `${THING}.ThingGroups[1]`,
      says: 'An element of "ThingGroups" must be a string',
    },
    {
      name: 'a type that is no string',
      parts: { thing: { ThingTypeName: ['a'] } },
      field: `${THING}.ThingTypeName`,
      says: 'must be a string',
    },
    {
      name: 'a billing group that is null',
      parts: { thing: { BillingGroup: null } },
      field: `${THING}.BillingGroup`,
      says: 'not null',
    },
  ])('is refused for $name', expectRefusal);

  it('is refused without a name', () => {
    const body = JSON.parse(JSON.stringify(aTemplate()).replace('"ThingName":"pump"', '')) as JsonObject;
    const error = failureOf(() => parseProvisioningTemplate(body, 'FLEET_PROVISIONING'));
    expect(error).toMatchObject({ details: { field: THING } });
    expect(error.message).toContain('has no "ThingName"');
  });
});
