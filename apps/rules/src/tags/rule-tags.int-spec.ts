import {
  createTopicRule,
  deleteTopicRule,
  getTagsOfTopicRules,
  getTopicRule,
  tagTopicRule,
  untagTopicRule,
} from '#thingcore/contracts';
import { aRule, RulesSuite } from '../rules-suite.fixture.js';

const arn = (name: string, region = 'us-east-1') => `arn:aws:iot:${region}:123456789012:rule/${name}`;
const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, '']));

describe('tags of rules', () => {
  let suite: RulesSuite;

  beforeAll(async () => {
    suite = await RulesSuite.open();
  });

  afterAll(() => suite.close());

  beforeEach(() => suite.reset());

  const create = (ruleName: string, tags: Record<string, string>) =>
    suite.rpc.call(createTopicRule, { ruleName, payload: aRule("SELECT * FROM 'a'", []), tags });
  const tagsOf = async (...names: string[]) => {
    const { resources } = await suite.rpc.call(getTagsOfTopicRules, { resourceArns: names.map((name) => arn(name)) });
    return resources.map(({ tags }) => tags);
  };

  it('come with a rule, are put on it, overwritten and taken off', async () => {
    await create('hot', { team: 'plant' });
    await suite.rpc.call(tagTopicRule, { resourceArn: arn('hot'), tags: { team: 'hall', note: 'a' } });
    expect(await tagsOf('hot')).toEqual([{ team: 'hall', note: 'a' }]);
    await suite.rpc.call(untagTopicRule, { resourceArn: arn('hot'), tagKeys: ['team', 'never'] });
    expect(await tagsOf('hot')).toEqual([{ note: 'a' }]);
  });

  it('end with their rule', async () => {
    await create('hot', { team: 'plant' });
    await suite.rpc.call(deleteTopicRule, { ruleName: 'hot' });
    await create('hot', {});
    expect(await tagsOf('hot')).toEqual([{}]);
  });

  it('of many rules come in the order asked; those that do not exist are left out', async () => {
    await create('one', { a: '1' });
    await create('two', {});
    expect(await tagsOf('two', 'none', 'one')).toEqual([{}, { a: '1' }]);
    const elsewhere = await suite.rpc.call(getTagsOfTopicRules, { resourceArns: [arn('one', 'eu-west-1')] });
    expect(elsewhere.resources).toEqual([]);
  });

  it('are 50 for a rule at most; a rule with more is not created', async () => {
    await create('full', many(50));
    await expect(suite.rpc.call(tagTopicRule, { resourceArn: arn('full'), tags: { more: '' } })).rejects.toMatchObject({
      code: 'InvalidRequest',
      details: { field: 'tags', limit: 50, count: 51 },
    });
    expect(await tagsOf('full')).toEqual([many(50)]);
    await expect(create('fuller', many(51))).rejects.toMatchObject({ code: 'InvalidRequest' });
    await expect(suite.rpc.call(getTopicRule, { ruleName: 'fuller' })).rejects.toMatchObject({
      code: 'ResourceNotFound',
    });
  });

  it.each([
    ['a rule that does not exist', arn('none')],
    ['a rule of another region', arn('hot', 'eu-west-1')],
  ])('are refused for %s', async (_name, resourceArn) => {
    await create('hot', {});
    const refused = { code: 'ResourceNotFound', details: { resourceArn } };
    await expect(suite.rpc.call(tagTopicRule, { resourceArn, tags: { a: '' } })).rejects.toMatchObject(refused);
    await expect(suite.rpc.call(untagTopicRule, { resourceArn, tagKeys: ['a'] })).rejects.toMatchObject(refused);
  });
});
