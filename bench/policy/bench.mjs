// How many decisions a second on one core: npm run bench:policy [-- --rounds 5 --seconds 1]
// Rounds are interleaved and medians reported. A second is one of processor time, all threads of this process together:
// what other programs of a shared machine take away is not counted, and the work of the collector is.
import { parseArgs } from 'node:util';
import { prepare } from '../../scripts/prepare.mjs';
import { decideNaively } from './naive-evaluator.mjs';
import { context, contextByKey, documents, questions, scope } from './principal.mjs';

await prepare();
const { CachedDecisions, compilePolicies, iotArn, parsePolicyDocument } =
  await import('../../dist/libs/policy/src/index.js');

const DISTINCT = 200_000; // more than any cache holds
const REPEATED = 100; // the topics of a busy device
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '1' } },
});

const set = compilePolicies(
  Object.entries(documents).map(([policyName, document]) => ({
    policyName,
    document: parsePolicyDocument(JSON.stringify(document)),
  })),
);
const policies = set.bind(context);
const cached = new CachedDecisions(policies, scope);
const naiveDocuments = Object.values(documents);
const distinct = questions(DISTINCT);
const repeated = questions(REPEATED);
const bareMap = new Map(repeated.map(({ name }) => [name, 'ALLOWED']));

/** What is measured: the questions, and how one is answered. An ARN is built for each, as the broker does. */
const KINDS = {
  'distinct topics': [
    distinct,
    ({ action, kind, name }) => policies.decide(action, iotArn(scope, kind, name)).decision,
  ],
  'repeated topics, from cache': [repeated, ({ action, kind, name }) => cached.decide(action, kind, name).decision],
  'naive evaluator': [
    distinct,
    ({ action, kind, name }) => decideNaively(naiveDocuments, contextByKey, action, iotArn(scope, kind, name)),
  ],
  'bare Map lookup': [repeated, ({ name }) => bareMap.get(name)],
};
const CHUNK = 1_000; // decisions between two looks at the clock

/** Answers questions for a while; the decisions a second. */
function run([asked, decide], seconds) {
  const startedAt = processorSeconds();
  let spent;
  let done = 0;
  let allowed = 0;
  do {
    for (let n = 0; n < CHUNK; n++) if (decide(asked[(done + n) % asked.length]) === 'ALLOWED') allowed++;
    done += CHUNK;
    spent = processorSeconds() - startedAt;
  } while (spent < seconds);
  if (allowed === 0) throw new Error('nothing was allowed, so this measures something else');
  return done / spent;
}

function processorSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Whoever is fast and wrong is not compared. */
function checkAnswers() {
  for (const question of distinct.slice(0, 2_000)) {
    const answers = ['distinct topics', 'naive evaluator', 'repeated topics, from cache'].map((kind) =>
      KINDS[kind][1](question),
    );
    if (new Set(answers).size > 1) throw new Error(`${question.action} on ${question.name}: ${answers.join(', ')}`);
  }
}

function measure() {
  const samples = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, []]));
  for (const kind of Object.values(KINDS)) run(kind, 0.3); // until the compiler has seen it
  for (let round = 0; round < Math.max(3, Number(values.rounds)); round++) {
    for (const [name, kind] of Object.entries(KINDS)) samples[name].push(run(kind, Number(values.seconds)));
  }
  const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1];
  return Object.fromEntries(Object.entries(samples).map(([name, rates]) => [name, Math.round(median(rates))]));
}

checkAnswers();
const figures = measure();
const ratio = (kind, other) => Math.round((figures[kind] / figures[other]) * 100) / 100;
const ratios = {
  'distinct topics to 1 million/s': Math.round(figures['distinct topics'] / 10_000) / 100,
  'distinct topics to naive evaluator': ratio('distinct topics', 'naive evaluator'),
  'from cache to distinct topics': ratio('repeated topics, from cache', 'distinct topics'),
  'from cache to bare Map lookup': ratio('repeated topics, from cache', 'bare Map lookup'),
};
console.table(
  Object.entries(figures).map(([kind, rate]) => ({
    decisions: kind,
    'a second': rate,
    'ns each': Math.round(1e9 / rate),
  })),
);
console.log(JSON.stringify({ name: 'policy', figures, ratios }));
