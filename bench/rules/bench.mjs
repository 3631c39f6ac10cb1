// How fast rules are: npm run bench:rules [-- --rounds 5 --messages 20000]
// Rounds are interleaved and medians reported. A second of the first two tables is one of processor time, all threads of
// this process together; what other programs of a shared machine take away is not counted.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { compileFunction } from 'node:vm';
import pg from 'pg';
import { prepare } from '../../scripts/prepare.mjs';
import { startRules } from './service.mjs';
import { ENVIRONMENT, PAYLOAD, SQL, topicRules } from './sql.mjs';

await prepare();
const { compileRule, openMessage } = await import('../../dist/libs/rules-sql/src/index.js');
const { dialectOf } = await import('../../dist/libs/rules-sql/src/dialect.js');
const { TopicTrie } = await import('../../dist/libs/topics/src/index.js');
const { compileTopicRule } = await import('../../dist/apps/rules/src/topic-rules/compile-topic-rule.js');

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, messages: { type: 'string', default: '20000' } },
});
const [ROUNDS, MESSAGES] = [Math.max(3, Number(values.rounds)), Number(values.messages)];
const MATCHING = 10;
const CHUNK = 500; // messages between two looks at the clock
const EVENT = 100; // messages of one event, as a busy broker sends them
const SENDERS = 8; // events on their way at a time

const rates = { ...measureStatements(), ...measureMatching() };
const service = await measureService();
const ratios = {
  'parse and 10 rules to the parse alone': ratio(rates['parse and 10 rules'], rates['parse alone']),
  'parse and 10 rules to JSON.parse': ratio(rates['parse and 10 rules'], rates['JSON.parse alone']),
  'cost with 10,000 rules installed to 10': ratio(rates['10 rules, 10 match'], rates['10,000 rules, 10 match']),
  'QoS 0 to PostgreSQL to a bare insert loop': ratio(service['QoS 0 to PostgreSQL'], service['bare inserts']),
  'QoS 1 to PostgreSQL to a bare insert loop': ratio(service['QoS 1 to PostgreSQL'], service['bare inserts']),
};
const bounds = {
  'parse and 10 rules to the parse alone': 'at least 0.75',
  'cost with 10,000 rules installed to 10': 'at most 2',
  'QoS 0 to republish': 'at least 25000 a second',
  'QoS 0 to PostgreSQL to a bare insert loop': 'at least 0.5',
};
console.table(
  Object.fromEntries(
    Object.entries({ ...rates, ...service }).map(([name, rate]) => [name, { 'per second': Math.round(rate) }]),
  ),
);
console.log(JSON.stringify({ name: 'rules', payloadBytes: PAYLOAD.length, rates, service, ratios, bounds }));

/** Parse once a message, then ten rules. */
function measureStatements() {
  const dialect = dialectOf('2016-03-23');
  const rules = Array.from({ length: MATCHING }, () => compileRule(SQL, { compileCode: compileFunction }));
  const message = () => openMessage({ topic: 'a/p1/t', payload: PAYLOAD, protocol: 'mqtt' });
  const evaluate = (count) => {
    const opened = message();
    let sum = 0;
    for (let n = 0; n < count; n++) sum += rules[n].evaluate(opened, ENVIRONMENT).value.f;
    return sum;
  };
  const write = (count) => {
    const opened = message();
    let bytes = 0;
    for (let n = 0; n < count; n++) bytes += rules[n].evaluate(opened, ENVIRONMENT).output.length;
    return bytes;
  };
  if (String(Buffer.from(rules[0].evaluate(message(), ENVIRONMENT).output)) !== '{"f":160.25,"d":"p1"}') {
    throw new Error('the rule gives something else, so this measures something else');
  }
  return medians({
    'JSON.parse alone': () => JSON.parse(PAYLOAD.toString('utf8')).seq,
    'parse alone': () => message().payloadValue(dialect) !== undefined,
    'parse and 1 rule': () => evaluate(1),
    'parse and 10 rules': () => evaluate(MATCHING),
    'parse, 10 rules and their bytes': () => write(MATCHING),
  });
}

/** The trie and ten rules, with few and with many others installed. */
function measureMatching() {
  const filterOf = (n) => (n < MATCHING ? `a/+/${n % 2 === 0 ? 't' : '#'}` : n % 3 === 0 ? `b/${n}/+` : `c/${n}/t`);
  const run = (count) => {
    const trie = new TopicTrie();
    for (const rule of topicRules(compileTopicRule, count, filterOf)) trie.add(rule.topicFilter, rule);
    return () => {
      const matched = trie.match('a/p1/t');
      if (matched.length !== MATCHING) throw new Error(`${matched.length} rules match`);
      const opened = openMessage({ topic: 'a/p1/t', payload: PAYLOAD, protocol: 'mqtt' });
      let sum = 0;
      for (const { statement } of matched) sum += statement.evaluate(opened, ENVIRONMENT).value.f;
      return sum;
    };
  };
  return medians({ '10 rules, 10 match': run(MATCHING), '10,000 rules, 10 match': run(10_000) });
}

/** From the event of the broker to the action, with QoS 1 and 0, and bare inserts beside. */
async function measureService() {
  const directory = await mkdtemp(join(tmpdir(), 'thingcore-bench-'));
  const rules = await startRules(directory);
  const client = new pg.Client({ connectionString: rules.databaseUrl });
  try {
    await client.connect();
    await client.query(
      'CREATE TABLE readings (f double precision, d text); CREATE TABLE bare (f double precision, d text)',
    );
    const samples = {};
    for (let round = -1; round < ROUNDS; round++) {
      const figures = {
        'QoS 1 to republish': await toRepublish(rules, 1),
        'QoS 0 to republish': await toRepublish(rules, 0),
        'QoS 1 to PostgreSQL': await toPostgresql(rules, client, 1),
        'QoS 0 to PostgreSQL': await toPostgresql(rules, client, 0),
        'bare inserts': await bareInserts(client),
      };
      if (round < 0) continue;
      for (const [name, figure] of Object.entries(figures)) (samples[name] ??= []).push(figure);
    }
    return Object.fromEntries(Object.entries(samples).map(([name, sample]) => [name, median(sample)]));
  } finally {
    await client.end();
    await rules.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function toRepublish(rules, qos) {
  await rules.createRule('bench', {
    sql: SQL,
    awsIotSqlVersion: '2016-03-23',
    actions: [{ republish: { topic: 'out/${topic(2)}' } }],
  });
  rules.counted.published = 0;
  const rate = await timed(async () => {
    await sendAll(rules, qos, () => rules.counted.published);
    await until(() => rules.counted.published >= MESSAGES);
  });
  await rules.deleteRule('bench');
  return rate;
}

async function toPostgresql(rules, client, qos) {
  await client.query('TRUNCATE readings');
  await rules.createRule('bench', {
    sql: SQL,
    awsIotSqlVersion: '2016-03-23',
    actions: [{ postgresql: { table: 'public.readings' } }],
  });
  const stored = async () => Number((await client.query('SELECT count(*) FROM readings')).rows[0].count);
  const rate = await timed(async () => {
    await sendAll(rules, qos, stored);
    await until(async () => (await stored()) >= MESSAGES);
  });
  await rules.deleteRule('bench');
  return rate;
}

/** As many rows a statement as the action writes at most, one statement after the other. */
async function bareInserts(client) {
  await client.query('TRUNCATE bare');
  return timed(async () => {
    for (let sent = 0; sent < MESSAGES; sent += 500) {
      const rows = Math.min(500, MESSAGES - sent);
      const places = Array.from({ length: rows }, (_, n) => `($${2 * n + 1}, $${2 * n + 2})`).join(', ');
      await client.query(
        `INSERT INTO bare (f, d) VALUES ${places}`,
        Array.from({ length: rows }, () => [160.25, 'p1']).flat(),
      );
    }
  });
}

/**
 * Several events are on their way at a time, as from a broker with many clients. At QoS 0 what comes faster than it is
 * worked off is dropped: the senders then wait until what is ahead of them is little.
 */
async function sendAll(rules, qos, done) {
  const payload = PAYLOAD.toString('base64');
  let sent = 0;
  const send = async () => {
    while (sent < MESSAGES) {
      const count = Math.min(EVENT, MESSAGES - sent);
      sent += count;
      const messages = Array.from({ length: count }, () => ({
        topic: 'a/p1/t',
        payload,
        qos,
        retain: false,
        hops: 0,
        timestamp: 0,
        messageId: randomUUID(),
      }));
      await rules.send(messages);
      if (qos === 0) await until(async () => sent - (await done()) <= 5 * EVENT, 1);
    }
  };
  await Promise.all(Array.from({ length: qos === 0 ? 2 : SENDERS }, send));
}

async function timed(work) {
  const startedAt = performance.now();
  await work();
  return (1000 * MESSAGES) / (performance.now() - startedAt);
}

async function until(condition, pauseMs = 2) {
  while (!(await condition())) await (pauseMs === 0 ? new Promise(setImmediate) : sleep(pauseMs));
}

/** The median rate of each kind of work, per second of processor time. */
function medians(kinds) {
  const samples = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, []]));
  for (const work of Object.values(kinds)) run(work, 0.3); // until the compiler has seen it
  for (let round = 0; round < ROUNDS; round++) {
    for (const [kind, work] of Object.entries(kinds)) samples[kind].push(run(work, 0.5));
  }
  return Object.fromEntries(Object.entries(samples).map(([kind, sample]) => [kind, median(sample)]));
}

function run(work, seconds) {
  const startedAt = processorSeconds();
  let spent;
  let [done, seen] = [0, 0];
  do {
    for (let n = 0; n < CHUNK; n++) seen += Number(work());
    done += CHUNK;
    spent = processorSeconds() - startedAt;
  } while (spent < seconds);
  if (seen === 0) throw new Error('nothing came out, so this measures something else');
  return done / spent;
}

function processorSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function median(sample) {
  return [...sample].sort((one, other) => one - other)[Math.floor(sample.length / 2)];
}

function ratio(one, other) {
  return Math.round((one / other) * 100) / 100;
}
