import {
  createBillingGroup,
  createPolicy,
  createThing,
  createThingGroup,
  createThingType,
  getTagsOfResources,
  tagResource,
  untagResource,
} from '#thingcore/contracts';
import { DataSource } from 'typeorm';
import { callMeanwhile, startRegistry, type RegistryFixture } from '../registry.fixture.js';

const arn = (resource: string) => `arn:aws:iot:us-east-1:123456789012:${resource}`;
const CA_ID = 'a'.repeat(64);
const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, '']));

describe('tags', () => {
  let registry: RegistryFixture;

  beforeAll(async () => {
    registry = await startRegistry();
    await registry.call(createThing, { thingName: 'lamp' });
    await registry.call(createThingType, { thingTypeName: 'press' });
    await registry.call(createThingGroup, { thingGroupName: 'hall' });
    await registry.call(createBillingGroup, { billingGroupName: 'plant' });
    await registry.call(createPolicy, {
      policyName: 'connect',
      policyDocument: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
    });
    await registry.get(DataSource).query(
      `INSERT INTO ca_certificates (certificate_id, certificate_pem, subject, subject_hash, status,
         auto_registration_status, certificate_mode, not_before, not_after, created_at, last_modified_at)
       VALUES ($1, '', '', '', 'INACTIVE', 'DISABLE', 'DEFAULT', now(), now(), now(), now())`,
      [CA_ID],
    );
  });

  afterAll(() => registry.stop());

  const tagsOf = async (resourceArn: string) =>
    (await registry.call(getTagsOfResources, { resourceArns: [resourceArn] })).resources[0]?.tags;

  it.each([
    ['thing types', arn('thingtype/press')],
    ['thing groups', arn('thinggroup/hall')],
    ['billing groups', arn('billinggroup/plant')],
    ['policies', arn('policy/connect')],
    ['CA certificates', arn(`cacert/${CA_ID}`)],
  ])('are put on %s, overwritten and taken off', async (_name, resourceArn) => {
    expect(await tagsOf(resourceArn)).toEqual({});
    await registry.call(tagResource, { resourceArn, tags: { a: '1', 'Größe 2': '' } });
    await registry.call(tagResource, { resourceArn, tags: { a: '2', b: '3' } });
    expect(await tagsOf(resourceArn)).toEqual({ a: '2', b: '3', 'Größe 2': '' });
    await registry.call(untagResource, { resourceArn, tagKeys: ['a', 'Größe 2', 'never'] });
    expect(await tagsOf(resourceArn)).toEqual({ b: '3' });
    await registry.call(untagResource, { resourceArn, tagKeys: ['b'] });
  });

  it('of many resources come in the order asked; what does not exist or carries none is left out', async () => {
    const resourceArns = [
      arn('thinggroup/hall'),
      arn('thing/lamp'),
      arn('thingtype/none'),
      'arn:aws:iot:eu-west-1:123456789012:thingtype/press',
      arn('billinggroup/plant'),
    ];
    const { resources } = await registry.call(getTagsOfResources, { resourceArns });
    expect(resources.map(({ resourceArn }) => resourceArn)).toEqual([
      arn('thinggroup/hall'),
      arn('billinggroup/plant'),
    ]);
  });

  it('are 50 for a resource at most, however they come', async () => {
    const { billingGroupArn } = await registry.call(createBillingGroup, { billingGroupName: 'full', tags: many(50) });
    await registry.call(tagResource, { resourceArn: billingGroupArn, tags: { 'key-0': 'new' } });
    await expect(
      registry.call(tagResource, { resourceArn: billingGroupArn, tags: { more: '' } }),
    ).rejects.toMatchObject({ code: 'InvalidRequest', details: { field: 'tags', limit: 50, count: 51 } });
    expect(await tagsOf(billingGroupArn)).toEqual({ ...many(50), 'key-0': 'new' });
  });

  it('are 50 at most when somebody else adds one at the same time', async () => {
    const { billingGroupArn } = await registry.call(createBillingGroup, { billingGroupName: 'race', tags: many(49) });
    const tagged = await callMeanwhile(
      registry,
      `SELECT 1 FROM billing_groups WHERE billing_group_name = 'race' FOR NO KEY UPDATE;
       INSERT INTO resource_tags VALUES ('${billingGroupArn}', 'theirs', '')`,
      () => registry.call(tagResource, { resourceArn: billingGroupArn, tags: { ours: '' } }),
    );
    expect(tagged).toMatchObject({ reason: { code: 'InvalidRequest', details: { field: 'tags', count: 51 } } });
    expect(await tagsOf(billingGroupArn)).toEqual({ ...many(49), theirs: '' });
  });

  it('do not outlive a resource that is being deleted', async () => {
    const { billingGroupArn } = await registry.call(createBillingGroup, { billingGroupName: 'closing' });
    const tagged = await callMeanwhile(
      registry,
      `DELETE FROM billing_groups WHERE billing_group_name = 'closing'`,
      () => registry.call(tagResource, { resourceArn: billingGroupArn, tags: { a: 'b' } }),
    );
    expect(tagged).toMatchObject({ reason: { code: 'ResourceNotFound' } });
    await registry.call(createBillingGroup, { billingGroupName: 'closing' });
    expect(await tagsOf(billingGroupArn)).toEqual({});
  });

  it.each<[string, string, Record<string, string>, string, string]>([
    // AWS: individual things are not taggable.
    ['a thing', arn('thing/lamp'), { a: 'b' }, 'InvalidRequest', 'resourceArn'],
    ['a device certificate', arn(`cert/${CA_ID}`), { a: 'b' }, 'InvalidRequest', 'resourceArn'],
    ['what is no ARN', 'thingtype/press', { a: 'b' }, 'InvalidRequest', 'resourceArn'],
    ['a resource that does not exist', arn('thingtype/none'), { a: 'b' }, 'ResourceNotFound', 'resourceArn'],
    [
      'a resource of another region',
      'arn:aws:iot:eu-west-1:123456789012:thingtype/press',
      { a: 'b' },
      'ResourceNotFound',
      'resourceArn',
    ],
    ['an empty key', arn('thingtype/press'), { '': 'b' }, 'InvalidRequest', 'tags.'],
    [
      'a key of 129 characters',
      arn('thingtype/press'),
      { ['k'.repeat(129)]: 'b' },
      'InvalidRequest',
      `tags.${'k'.repeat(129)}`,
    ],
    ['a value of 257 characters', arn('thingtype/press'), { a: 'v'.repeat(257) }, 'InvalidRequest', 'tags.a'],
    ['a semicolon in a value', arn('thingtype/press'), { a: ';' }, 'InvalidRequest', 'tags.a'],
    ['a reserved key', arn('thingtype/press'), { 'AWS:a': 'b' }, 'InvalidRequest', 'tags.AWS:a'],
  ])('are refused for %s', async (_name, resourceArn, tags, code, field) => {
    await expect(registry.call(tagResource, { resourceArn, tags })).rejects.toMatchObject({ code, details: { field } });
    expect(await tagsOf(arn('thingtype/press'))).toEqual({});
  });

  it('cannot be taken off a resource that does not exist', async () => {
    await expect(
      registry.call(untagResource, { resourceArn: arn('policy/none'), tagKeys: ['a'] }),
    ).rejects.toMatchObject({ code: 'ResourceNotFound', details: { field: 'resourceArn' } });
  });
});
