import type { BrokerMessage, TopicRulePayload } from '#thingcore/contracts';
import { Clock, Logger, Metrics, RandomIdGenerator, Scope } from '#thingcore/platform';
import type { ExternalLookups } from '../external-functions/external-lookups.js';
import { RulesMetrics } from '../metrics/rules-metrics.js';
import { compileTopicRule } from '../topic-rules/compile-topic-rule.js';
import type { RuleTraces } from '../trials/rule-traces.js';
import { RuleEvaluator } from './rule-evaluator.js';

class FixedClock extends Clock {
  override now() {
    return 1_764_000_000_000;
  }
}

const functions = { get_thing_shadow: async () => ({ state: { reported: { t: 7 } } }) };

function setUp() {
  return new RuleEvaluator(
    new FixedClock(),
    new RandomIdGenerator(),
    new Scope('us-east-1', '123456789012'),
    { functions } as unknown as ExternalLookups,
    new RulesMetrics(new Metrics()),
    { begin: () => undefined } as unknown as RuleTraces,
    Logger.create({ service: 'test', level: 'silent', format: 'json' }),
  );
}

const aRule = (sql: string, ruleName = 'r') =>
  compileTopicRule(ruleName, { sql, awsIotSqlVersion: '2016-03-23', actions: [] } as unknown as TopicRulePayload, []);

function aMessage(payload: unknown, messageId = 'm'): BrokerMessage {
  const bytes = Buffer.from(JSON.stringify(payload)).toString('base64');
  return { topic: 'a', payload: bytes, qos: 1, retain: false, hops: 0, timestamp: 0, messageId };
}

/** A statement that takes most of the work one may: some ten milliseconds. */
const EXPENSIVE = "SELECT regexp_matches(s, '(x?a.{60})[cd]') AS x FROM 'a'";
const LARGE = { s: 'a'.repeat(20_000) };

describe('RuleEvaluator', () => {
  it('gives what passes its rules, in order', async () => {
    const rules = [aRule("SELECT n FROM 'a' WHERE n > 1", 'one'), aRule("SELECT n + 1 AS m FROM 'a'", 'two')];
    const { hits } = await setUp().evaluate([1, 2].map((n) => ({ message: aMessage({ n }), rules })));
    expect(hits.map(({ rule, result }) => [rule.ruleName, result?.value])).toEqual([
      ['two', { m: 2 }],
      ['one', { n: 2 }],
      ['two', { m: 3 }],
    ]);
  });

  it('leaves statements that look outside for the delivery', async () => {
    const sut = setUp();
    const rule = aRule("SELECT get_thing_shadow('t', 'arn:aws:iam::1:role/r').state.reported.t AS t FROM 'a'");
    const { hits } = await sut.evaluate([{ message: aMessage({}), rules: [rule] }]);
    expect(hits).toMatchObject([{ result: undefined }]);
    expect(await sut.complete(hits[0]!)).toMatchObject({ value: { t: 7 } });
  });

  it('postpones a rule that took more than its share of time, and no other', async () => {
    const sut = setUp();
    sut.budget.charge('slow', 60_000);
    const rules = [aRule("SELECT n FROM 'a'", 'slow'), aRule("SELECT n FROM 'a'", 'fast')];
    const { hits, postponed } = await sut.evaluate([{ message: aMessage({ n: 1 }), rules }]);
    expect(hits.map(({ rule }) => rule.ruleName)).toEqual(['fast']);
    expect(postponed.map(({ rule }) => rule.ruleName)).toEqual(['slow']);
  });

  it('lets the muted version of a rule take no time from the live one', async () => {
    const sut = setUp();
    const muted = { ...aRule(EXPENSIVE, 'r'), isMuted: true };
    const rules = [muted, aRule("SELECT 1 AS n FROM 'a'", 'r')];
    const messages = Array.from({ length: 100 }, (_, n) => ({ message: aMessage(LARGE, `m${n}`), rules }));
    const { postponed } = await sut.evaluate(messages);
    expect(postponed.length).toBeGreaterThan(0);
    expect(postponed.every(({ rule }) => rule.isMuted)).toBe(true);
  });

  it('lets others run between expensive evaluations, and ends up postponing them', async () => {
    const sut = setUp();
    const rules = [aRule(EXPENSIVE)];
    const messages = Array.from({ length: 200 }, (_, n) => ({ message: aMessage(LARGE, `m${n}`), rules }));
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const { hits, postponed } = await sut.evaluate(messages);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
    expect(hits.length).toBeGreaterThan(0);
    expect(hits.length + postponed.length).toBe(200);
    expect(postponed.length).toBeGreaterThan(100);
  });
});
