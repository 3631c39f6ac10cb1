import type { TopicRulePayload } from '#thingcore/contracts';
import { Logger } from '#thingcore/platform';
import { DataSource } from 'typeorm';
import { RuleTagStore } from '../tags/rule-tag.store.js';
import { RuleSet } from './rule-set.js';
import { type RevisedRule, RuleStore, type RuleSetRecord } from './rule.store.js';

class FakeStore extends RuleStore {
  loads = 0;
  current: RuleSetRecord = { revision: 1, rules: [] };

  constructor() {
    const dataSource = new DataSource({ type: 'postgres' });
    super(dataSource, new RuleTagStore(dataSource));
  }

  override load() {
    this.loads++;
    return Promise.resolve(this.current);
  }

  override revision() {
    return Promise.resolve(this.current.revision);
  }
}

function aRule(ruleName: string, topicFilter: string, more: Partial<TopicRulePayload> = {}, revision = 1): RevisedRule {
  const payload: TopicRulePayload = {
    sql: `SELECT * FROM '${topicFilter}'`,
    description: '',
    awsIotSqlVersion: '2016-03-23',
    ruleDisabled: false,
    mode: 'LIVE',
    actions: [],
    ...more,
  };
  return { ruleName, payload, topicFilter, revision, createdAt: new Date(0) };
}

function setUp(...rules: RevisedRule[]) {
  const store = new FakeStore();
  store.current = { revision: 1, rules };
  return { store, sut: new RuleSet(store, [], Logger.create({ service: 'test', level: 'silent', format: 'json' })) };
}

const names = (sut: RuleSet, topic: string) =>
  sut
    .match(topic)
    .map(({ ruleName }) => ruleName)
    .sort();

describe('RuleSet', () => {
  it('finds the enabled rules of a topic', async () => {
    const { sut } = setUp(
      aRule('exact', 'a/b'),
      aRule('plus', 'a/+'),
      aRule('all', '#'),
      aRule('off', 'a/b', { ruleDisabled: true }),
    );
    await sut.refresh();
    expect(names(sut, 'a/b')).toEqual(['all', 'exact', 'plus']);
    expect(names(sut, 'a/b/c')).toEqual(['all']);
    expect(names(sut, '$aws/things/t/shadow/update')).toEqual([]); // [MQTT-4.7.2-1]
    expect(sut.filters.sort()).toEqual(['#', 'a/+', 'a/b']);
  });

  // AWS: "Basic Ingest"
  it('gives a message of Basic Ingest to the rule it names and to no other, whatever its filter', async () => {
    const named = { ...aRule('named', ''), topicFilter: undefined };
    const { sut } = setUp(
      { ...named, payload: { ...named.payload, sql: 'SELECT *' } },
      aRule('all', '#'),
      aRule('off', 'a', { ruleDisabled: true }),
    );
    await sut.refresh();
    expect(names(sut, '$aws/rules/named/a/b')).toEqual(['named']);
    expect(names(sut, '$aws/rules/all/a')).toEqual(['all']);
    expect(names(sut, '$aws/rules/off/a')).toEqual([]);
    expect(names(sut, '$aws/rules/unknown/a')).toEqual([]);
    expect(sut.filters).toEqual(['#']);
  });

  it('runs the shadow version of a rule beside the live one, muted', async () => {
    const live = aRule('r', 'a');
    const { sut } = setUp({ ...live, shadowVersion: aRule('r', 'b/+', { mode: 'SHADOW' }).payload });
    await sut.refresh();
    expect(sut.match('a')).toMatchObject([{ ruleName: 'r', isMuted: false }]);
    expect(sut.match('b/1')).toMatchObject([{ ruleName: 'r', isMuted: true }]);
    expect(sut.match('$aws/rules/r/x').map(({ isMuted }) => isMuted)).toEqual([false, true]);
    expect(sut.find('r')).toMatchObject({ isMuted: false });
    expect(sut.filters.sort()).toEqual(['a', 'b/+']);
  });

  it('has no live version of a rule that exists in mode SHADOW only', async () => {
    const { sut } = setUp(aRule('r', 'a', { mode: 'SHADOW' }));
    await sut.refresh();
    expect(sut.match('a')).toMatchObject([{ isMuted: true }]);
    expect(sut.find('r')).toBeUndefined();
  });

  it('loads only when the revision moved, and says so', async () => {
    const { sut, store } = setUp(aRule('r', 'a'));
    expect([await sut.refresh(), await sut.refresh()]).toEqual([true, false]);
    store.current = { revision: 2, rules: [] };
    expect(await sut.refresh()).toBe(true);
    expect(names(sut, 'a')).toEqual([]);
    await sut.reach(2);
    expect(store.loads).toBe(2);
  });

  it('keeps a rule that did not change as it is, with the batches of its actions', async () => {
    const { sut, store } = setUp(aRule('same', 'a'), aRule('other', 'b'));
    await sut.refresh();
    const [same, other] = [sut.find('same'), sut.find('other')];
    store.current = { revision: 2, rules: [aRule('same', 'a'), aRule('other', 'b', {}, 2)] };
    await sut.reach(2);
    expect(sut.find('same')).toBe(same);
    expect(sut.find('other')).not.toBe(other);
  });

  it('runs the other rules when a stored one is broken', async () => {
    const { sut } = setUp(aRule('broken', 'a', { sql: 'SELEC' }), aRule('sound', 'a'));
    await sut.refresh();
    expect(names(sut, 'a')).toEqual(['sound']);
  });

  it('names the rules that do not run, so that what they have taken waits', async () => {
    const { sut } = setUp(
      aRule('broken', 'a', { sql: 'SELEC' }),
      aRule('off', 'a', { ruleDisabled: true }),
      aRule('sound', 'a'),
    );
    await sut.refresh();
    expect(sut.idleRules).toEqual(['broken', 'off']);
  });

  it('does not run a shadow version that is disabled', async () => {
    const shadowVersion = aRule('r', 'b', { mode: 'SHADOW', ruleDisabled: true }).payload;
    const { sut } = setUp({ ...aRule('r', 'a'), shadowVersion });
    await sut.refresh();
    expect([names(sut, 'a'), names(sut, 'b')]).toEqual([['r'], []]);
  });
});
