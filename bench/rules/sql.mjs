// The statement of the figures, and what it runs on.

/** What every measured rule does. */
export const SQL = "SELECT temp * 1.8 + 32 AS f, topic(2) AS d FROM 'a/+/t' WHERE temp > 50";

/** 120 bytes of JSON that pass it. */
export const PAYLOAD = Buffer.from(
  JSON.stringify({
    temp: 71.25,
    hum: 40.5,
    seq: 123456,
    ok: true,
    site: 'north-hall-2',
    unit: { id: 'p-17', v: [1, 2, 3] },
    x: 'xxxxxxxxxx',
  }),
);

/** The environment of an evaluation, which this statement does not ask. */
export const ENVIRONMENT = { timestamp: 0, accountId: '123456789012', newUuid: () => '', random: () => 0 };

/** Rules of one statement each, as the service compiles them; `filterOf` says what the n-th listens to. */
export function topicRules(compileTopicRule, count, filterOf) {
  return Array.from({ length: count }, (_, n) =>
    compileTopicRule(
      `rule_${n}`,
      {
        sql: SQL.replace('a/+/t', filterOf(n)),
        description: '',
        awsIotSqlVersion: '2016-03-23',
        ruleDisabled: false,
        actions: [],
      },
      [],
    ),
  );
}
