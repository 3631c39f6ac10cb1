// Statements by themselves. A second is one of processor time, all threads of this process together; what other programs of a
// shared machine take away is not counted.
import { compileFunction } from 'node:vm';
import { median } from './figures.mjs';
import { ENVIRONMENT, PAYLOAD, SQL, topicRules } from './sql.mjs';

const { compileRule, openMessage } = await import('../../dist/libs/rules-sql/src/index.js');
const { dialectOf } = await import('../../dist/libs/rules-sql/src/dialect.js');
const { TopicTrie } = await import('../../dist/libs/topics/src/index.js');
const { compileTopicRule } = await import('../../dist/apps/rules/src/topic-rules/compile-topic-rule.js');

const MATCHING = 10;
const CHUNK = 500; // messages between two looks at the clock

/** Parse once a message, then ten rules. */
export function measureStatements(roundCount) {
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
  return medians(roundCount, {
    'JSON.parse alone': () => JSON.parse(PAYLOAD.toString('utf8')).seq,
    'parse alone': () => message().payloadValue(dialect) !== undefined,
    'parse and 1 rule': () => evaluate(1),
    'parse and 10 rules': () => evaluate(MATCHING),
    'parse, 10 rules and their bytes': () => write(MATCHING),
  });
}

/** The trie and ten rules, with few and with many others installed. */
export function measureMatching(roundCount) {
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
  return medians(roundCount, { '10 rules, 10 match': run(MATCHING), '10,000 rules, 10 match': run(10_000) });
}

/** The median rate of each kind of work, per second of processor time. */
function medians(roundCount, kinds) {
  const samples = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, []]));
  for (const work of Object.values(kinds)) run(work, 0.3); // until the compiler has seen it
  for (let round = 0; round < roundCount; round++) {
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
