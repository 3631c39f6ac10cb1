import type { JsonObject } from '#thingcore/errors';
import { expectRefusal, planOf, type Refusal } from './templates.fixture.js';

describe('override settings', () => {
  it.each<JsonObject>([
    { AttributePayload: 'MERGE', ThingTypeName: 'REPLACE', ThingGroups: 'FAIL' },
    // AWS: "Provisioning templates", the spelling of the prose.
    { ATTRIBUTE_PAYLOAD: 'MERGE', THING_TYPE_NAME: 'REPLACE', THING_GROUPS: 'FAIL' },
  ])('of a thing are read in the spelling of %j', (thingOverrides) => {
    expect(planOf({ thingOverrides }).thing.overrides).toEqual({
      attributes: 'MERGE',
      thingTypeName: 'REPLACE',
      thingGroups: 'FAIL',
    });
  });

  it.each(['DO_NOTHING', 'REPLACE', 'FAIL'])('may be %s everywhere', (value) => {
    const thingOverrides = { AttributePayload: value, ThingTypeName: value, ThingGroups: value };
    const plan = planOf({ thingOverrides, certificateOverrides: { Status: value } });
    expect(plan.thing.overrides).toEqual({ attributes: value, thingTypeName: value, thingGroups: value });
    expect(plan.certificate.overrides).toEqual({ status: value });
  });

  it('may be MERGE for groups, be computed, and be empty', () => {
    const thingOverrides = { ThingGroups: { 'Fn::Join': ['', ['MER', 'GE']] } };
    const plan = planOf({ thingOverrides, certificateOverrides: { STATUS: 'REPLACE' }, policyOverrides: {} });
    expect(plan.thing.overrides.thingGroups).toBe('MERGE');
    expect(plan.certificate.overrides.status).toBe('REPLACE');
  });

  it.each<Refusal>([
    {
      name: 'MERGE of a thing type',
      parts: { thingOverrides: { ThingTypeName: 'MERGE' } },
      field: 'Resources.thing.OverrideSettings.ThingTypeName',
      says: 'it must be DO_NOTHING, REPLACE, FAIL',
    },
    {
      name: 'MERGE of a status',
      parts: { certificateOverrides: { Status: 'MERGE' } },
      field: 'Resources.cert.OverrideSettings.Status',
      says: 'it must be DO_NOTHING, REPLACE, FAIL',
    },
    {
      name: 'an unknown value',
      parts: { thingOverrides: { AttributePayload: 'replace' } },
      field: 'Resources.thing.OverrideSettings.AttributePayload',
      says: 'MERGE',
    },
    {
      name: 'an unknown key',
      parts: { thingOverrides: { BillingGroup: 'REPLACE' } },
      field: 'Resources.thing.OverrideSettings.BillingGroup',
      says: 'this resource has AttributePayload, ThingTypeName, ThingGroups',
    },
    {
      name: 'a key of another resource',
      parts: { certificateOverrides: { ThingGroups: 'REPLACE' } },
      field: 'Resources.cert.OverrideSettings.ThingGroups',
      says: 'this resource has Status',
    },
    {
      name: 'any key of a policy',
      parts: { policyOverrides: { PolicyDocument: 'REPLACE' } },
      field: 'Resources.policy.OverrideSettings.PolicyDocument',
      says: 'this resource has none',
    },
    {
      name: 'both spellings at once',
      parts: { thingOverrides: { ThingGroups: 'FAIL', THING_GROUPS: 'FAIL' } },
      field: 'Resources.thing.OverrideSettings.THING_GROUPS',
      says: 'twice',
    },
    {
      name: 'a text for all',
      parts: { thingOverrides: 'REPLACE' },
      field: 'Resources.thing.OverrideSettings',
      says: 'must be an object',
    },
  ])('are refused for $name', expectRefusal);
});
