// Requests of applications: `thing(name) { name attributes shadow { reported version } }` from 64 connections, of the
// standalone product with authentication, of a bare Fastify route that makes the same two look-ups, and of the same
// resolver on Nest with Apollo: as the documentation of Nest has it (Express, a guard that checks the key), and on Fastify
// without authentication. All on one PostgreSQL, in turns, each at its time alone.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startPeer, startProduct } from './servers.mjs';

const CONNECTIONS = 64;
const THINGS = 10_000;
const QUERY = 'query ($name: String!) { thing(name: $name) { name attributes shadow { reported version } } }';
const median = (numbers) => numbers.toSorted((left, right) => left - right)[numbers.length >> 1];
const round = (number, digits = 2) => Number(number.toFixed(digits));
const nameOf = (n) => `thing-${String(n).padStart(6, '0')}`;

/** Runs the part; answers its figures and ratios. */
export async function run(directory, { rounds = 3, seconds = 4 } = {}) {
  const { startEmbeddedPostgres } = await import('../../dist/libs/persistence/src/index.js');
  const postgres = await startEmbeddedPostgres({
    directory: join(directory, 'postgres'),
    user: 'bench',
    password: 'bench',
    databases: ['thingcore'],
    onLog: () => undefined,
  });
  const databaseUrl = postgres.url('thingcore');
  const servers = [];
  const started = async (starting) => {
    const server = await starting;
    servers.push(server);
    return server;
  };
  try {
    const product = await started(startProduct(join(directory, 'data'), { THINGCORE_DATABASE_URL: databaseUrl }));
    await fill(databaseUrl);
    const bare = await started(startPeer('bare-server.mjs', databaseUrl));
    const apollo = await started(startPeer('apollo-express-server.mjs', databaseUrl, { KEY: product.key }));
    const apolloOnFastify = await started(startPeer('apollo-fastify-server.mjs', databaseUrl));
    const names = Array.from({ length: 500 }, (_, n) => nameOf((n * 7919) % THINGS));
    const graphql = (headers) =>
      names.map((name) => ({
        method: 'POST',
        path: '/graphql',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query: QUERY, variables: { name } }),
      }));
    const authorization = { authorization: `Bearer ${product.key}` };
    const targets = {
      bare: { ...bare, requests: names.map((name) => ({ method: 'GET', path: `/things/${name}` })) },
      product: { ...product, requests: graphql(authorization) },
      apollo: { ...apollo, requests: graphql(authorization) },
      apolloOnFastify: { ...apolloOnFastify, requests: graphql({}) },
    };
    return figuresOf(await measure(targets, directory, { rounds, seconds }));
  } finally {
    for (const server of servers.reverse()) await server.stop();
    await postgres.stop();
  }
}

/** Rounds are interleaved, since only what is measured side by side can be compared on a shared machine. */
async function measure(targets, directory, { rounds, seconds }) {
  const samples = new Map(Object.keys(targets).map((name) => [name, []]));
  for (const target of Object.values(targets)) await load(target, directory, 2); // warms up
  for (let index = 0; index < rounds; index++) {
    for (const [name, target] of Object.entries(targets)) {
      const before = await cpuSecondsOf(target.pid);
      const outcome = await load(target, directory, seconds);
      if (outcome.faults > 0) throw new Error(`${name} answered ${outcome.faults} requests wrongly: ${outcome.sample}`);
      const microseconds = (((await cpuSecondsOf(target.pid)) - before) / outcome.done) * 1e6;
      samples.get(name).push({ ...outcome, microseconds });
    }
  }
  return samples;
}

function figuresOf(samples) {
  const figures = Object.fromEntries(
    [...samples].map(([name, taken]) => {
      const of = (key, digits) => round(median(taken.map((sample) => sample[key])), digits);
      return [
        name,
        {
          perSecond: of('perSecond', 0),
          p50Ms: of('p50Ms'),
          p99Ms: of('p99Ms'),
          cpuMicroseconds: of('microseconds', 0),
        },
      ];
    }),
  );
  console.table(figures);
  const { bare, product, apollo, apolloOnFastify } = figures;
  return {
    figures,
    ratios: {
      'to bare': round(product.perSecond / bare.perSecond),
      'to Apollo': round(product.perSecond / apollo.perSecond),
      'to Apollo on Fastify': round(product.perSecond / apolloOnFastify.perSecond),
      'Apollo to bare': round(apollo.perSecond / bare.perSecond),
      // On a shared machine the rates of one run vary, the processor time of a request hardly does.
      'to bare, by processor time': round(bare.cpuMicroseconds / product.cpuMicroseconds),
      'to Apollo, by processor time': round(apollo.cpuMicroseconds / product.cpuMicroseconds),
      'to Apollo on Fastify, by processor time': round(apolloOnFastify.cpuMicroseconds / product.cpuMicroseconds),
    },
  };
}

async function load({ url, requests }, directory, seconds) {
  const file = join(directory, 'load.json');
  await writeFile(file, JSON.stringify({ url: new URL(url).origin, connections: CONNECTIONS, seconds, requests }));
  const child = spawn(process.execPath, [join(import.meta.dirname, 'load.mjs'), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  await once(child, 'close');
  return JSON.parse(output);
}

/** Processor time of a process so far, its own and the system's for it; the kernel counts in hundredths of a second. */
async function cpuSecondsOf(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Things with attributes and a shadow, as if they had been there for long. */
async function fill(databaseUrl) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(
    `INSERT INTO registry.things (thing_name, thing_id, attributes, version, created_at)
     SELECT 'thing-' || lpad(i::text, 6, '0'), gen_random_uuid(), '{"floor":"3","building":"north","maker":"acme"}', 1, now()
     FROM generate_series(0, $1::int - 1) AS i`,
    [THINGS],
  );
  const value = { timestamp: 1_700_000_000 };
  await client.query(
    `INSERT INTO shadow.shadows (thing_name, shadow_name, state, metadata, version, updated_at, change_id, batch_id)
     SELECT thing_name, '', $1, $2, 1, now(), 0, 0 FROM registry.things`,
    [
      { reported: { temp: 20, humidity: 40, battery: 97, state: 'on' }, desired: { state: 'on' } },
      { reported: { temp: value, humidity: value, battery: value, state: value }, desired: { state: value } },
    ],
  );
  await client.query('VACUUM ANALYZE registry.things');
  await client.query('VACUUM ANALYZE shadow.shadows');
  await client.end();
}
