// Compares brokers in one run: npm run bench:broker [-- --only bulk,device,nodes,overload,connects,memory,soak --rounds 3]
// Each broker has core 0 and the load generator core 1; rounds are interleaved and medians reported, since only ratios of the
// same run mean anything on a shared machine. Needs a build (npm run build); peers that are not installed are left out.
//
// bulk      closed loop, lossless, several packets in a read          targets: 3 times Mosquitto's throughput
// device    20,000 deliveries/s, about one packet in a read           CPU 1.3 (QoS 0) and 1.6 (QoS 1) times Mosquitto's
// nodes     publishers at one node, subscribers at another, Redis     0.6 of one node (coreEachPerSecond),
//                                                                     3 times aedes with mqemitter-redis (both rates)
// overload  3 times what the broker can take, then all disconnect     alive, the last second above 0.8 of the best one
// connects  TCP and mutual TLS with resumption                        half of aedes' CPU; 1.1 times a bare node:tls echo's
// memory    idle connections, TCP and mutual TLS                      14 kB and 70 kB
// soak      10,000 idle connections with 5,000 subscriptions          all open, nothing lost; --soak-seconds 600
import { parseArgs } from 'node:util';
import { BROKER_CORE, canPin, hasMosquitto, hasRedis, run, startBroker, startRedis, stop } from './brokers.mjs';
import { makeIdentities } from './identities.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'bulk,device,nodes,overload,connects,memory,soak' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '1.5' },
    brokers: { type: 'string', default: 'thingcore,aedes,mosquitto' },
    shapes: { type: 'string', default: 'fan-in,pairs,fan-out' },
    connections: { type: 'string', default: '2000' },
    'soak-connections': { type: 'string', default: '10000' },
    'soak-seconds': { type: 'string', default: '240' },
  },
});
const DEVICE_RATE = 20_000;
const CONNECTS = 3_000;
/** How far the rate of a device-like sample may be off: late messages come in bulk, which costs less. */
const DEVICE_TOLERANCE = 0.05;
const DEVICE_TRIES = 4;
/** Messages under way for each publisher, for all subjects: two nodes and Redis each work on some of them. */
const NODES_WINDOW = 100;
const NODES_READING = `nodes: one node, then two nodes and Redis, on the same core; the load has the other one.
  perSecond          measured: all processes share the core. Only where brokerLoad, the part of it that they used, is
                     near 1 is this their rate; else they waited for the load, or for others on the machine
  cpuUs              CPU time a message, user and system, of all processes together
  coreEachPerSecond  the rate at which the busiest process fills a core if each has one of its own: 1 / its CPU a message`;
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const identities = await makeIdentities();
const peers = values.brokers.split(',').filter((name) => name !== 'mosquitto' || hasMosquitto);
const shapes = values.shapes.split(',');

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
const short = (number) => (typeof number === 'number' ? Math.round(number * 100) / 100 : number);

/** The medians of all fields of some results. */
function medians(results) {
  const fields = Object.keys(results[0]);
  return Object.fromEntries(fields.map((field) => [field, short(median(results.map((result) => result[field])))]));
}

/** Runs each cell with each subject in turn, so often; medians by cell and subject. */
async function interleaved(cells, subjects, measure) {
  const samples = {};
  for (let round = 0; round < rounds; round++) {
    for (const cell of cells) {
      for (const subject of subjects) {
        const result = await measure(subject, cell);
        if (result !== undefined) ((samples[cell.name] ??= {})[subject.name] ??= []).push(result);
      }
    }
  }
  return Object.fromEntries(
    Object.entries(samples).map(([name, by]) => [
      name,
      Object.fromEntries(Object.entries(by).map(([subject, results]) => [subject, medians(results)])),
    ]),
  );
}

/** How thingcore stands to each of the others, field by field. */
function ratiosOf(figures, fields) {
  const { thingcore, ...others } = figures;
  if (thingcore === undefined) return {};
  return Object.fromEntries(
    Object.entries(others).map(([name, one]) => [
      name,
      Object.fromEntries(fields.map((field) => [field, short(thingcore[field] / one[field])])),
    ]),
  );
}

function show(part, cells, fields) {
  for (const [name, figures] of Object.entries(cells)) {
    const texts = Object.entries(figures).map(
      ([subject, one]) => `${subject} ${fields.map((field) => `${field} ${one[field]}`).join(' ')}`,
    );
    console.log(`${part} ${name}: ${texts.join(' | ')} | ratios ${JSON.stringify(ratiosOf(figures, fields))}`);
  }
  return cells;
}

/** A run at a rate that was kept; `undefined` when it could not be, which leaves the sample out. */
async function steady(broker, options) {
  for (let tries = 0; tries < DEVICE_TRIES; tries++) {
    const result = await run('load.mjs', broker, options);
    if (result !== undefined && Math.abs(result.perSecond / options.rate - 1) <= DEVICE_TOLERANCE) return result;
  }
  console.log(`device: ${broker.name} or the load did not keep the rate: ${options.shape} q${options.qos}`);
  return undefined;
}

async function throughput(part, rate) {
  const brokers = [];
  for (const name of peers) brokers.push(await startBroker(name, { identities }));
  const cells = shapes.flatMap((shape) => [0, 1].map((qos) => ({ name: `${shape} q${qos}`, shape, qos })));
  const figures = await interleaved(cells, brokers, (broker, { shape, qos }) =>
    rate === 0 ? run('load.mjs', broker, { shape, qos, seconds }) : steady(broker, { shape, qos, rate, seconds }),
  );
  for (const broker of brokers) await stop(broker);
  return show(part, figures, ['perSecond', 'cpuUs']);
}

/** Two cores are too few for two nodes, Redis and the load: see the reading that it prints. */
async function nodes() {
  if (!hasRedis) return 'redis-server is not installed';
  console.log(NODES_READING);
  const subjects = [];
  for (const name of ['thingcore', 'aedes']) {
    const redis = await startRedis(BROKER_CORE);
    const options = { identities, redis: redis.url };
    subjects.push({ name, first: await startBroker(name, options), second: await startBroker(name, options), redis });
  }
  const [{ first }] = subjects;
  subjects.push({ name: 'thingcore, one node', first, second: first });
  const cells = [0, 1].map((qos) => ({ name: `pairs q${qos}`, qos }));
  const figures = await interleaved(cells, subjects, ({ first, second, redis }, { qos }) => {
    const all = { publisher: first, receiver: second, redis };
    const pids = redis && Object.fromEntries(Object.entries(all).map(([role, { child }]) => [role, child.pid]));
    return run('load.mjs', first, {
      shape: 'pairs',
      qos,
      seconds,
      receiverPort: second.port,
      window: NODES_WINDOW,
      pids,
    });
  });
  for (const { first, second, redis } of subjects) {
    for (const started of [first, second, redis]) if (started !== undefined) await stop(started);
  }
  return show('nodes', figures, ['perSecond', 'brokerLoad', 'coreEachPerSecond', 'cpuUs']);
}

/** A fresh process for each broker: overload may end one, and memory is compared from the start. */
async function alone(names, measure) {
  const figures = {};
  for (const name of names) {
    const broker = await startBroker(name, { identities });
    figures[name] = (await measure(broker)) ?? { isAlive: false };
    await stop(broker);
  }
  return figures;
}

async function overload() {
  const figures = await alone(peers, async (broker) => {
    const { perSecond: capacity } = await run('load.mjs', broker, { shape: 'pairs', qos: 1, seconds });
    const result = await run('load.mjs', broker, { shape: 'pairs', qos: 1, offered: Math.round(3 * capacity) });
    return result && { capacity: Math.round(capacity), ...result };
  });
  for (const [name, one] of Object.entries(figures)) console.log(`overload ${name}: ${JSON.stringify(one)}`);
  return figures;
}

async function connects() {
  const brokers = [];
  for (const name of [...peers, 'echo']) brokers.push(await startBroker(name, { identities }));
  const cells = [
    { name: 'TCP', isTls: false, count: CONNECTS },
    { name: 'mutual TLS, resumed', isTls: true, count: CONNECTS / 2 },
  ];
  const figures = await interleaved(cells, brokers, (broker, { isTls, count }) => {
    if (isTls ? broker.tlsPort === undefined : broker.name === 'echo') return undefined;
    const given = isTls ? { port: broker.tlsPort, identities } : {};
    return run('connections.mjs', broker, { mode: 'connects', count, ...given });
  });
  for (const broker of brokers) await stop(broker);
  return show('connects', figures, ['cpuMs', 'perSecond']);
}

async function memory() {
  const count = Number(values.connections);
  const tcp = await alone(peers, (broker) => run('connections.mjs', broker, { mode: 'memory', count }));
  const withTls = ['thingcore', 'echo', ...(hasMosquitto ? ['mosquitto'] : [])];
  const tls = await alone(withTls, (broker) =>
    run('connections.mjs', broker, { mode: 'memory', count: count / 2, port: broker.tlsPort, identities }),
  );
  return show('memory', { TCP: tcp, 'mutual TLS': tls }, ['kilobytes']);
}

async function soak() {
  const options = { mode: 'soak', count: Number(values['soak-connections']), seconds: Number(values['soak-seconds']) };
  const figures = await alone(['thingcore'], (broker) => run('connections.mjs', broker, options));
  console.log(`soak: ${JSON.stringify(figures.thingcore)}`);
  return figures;
}

const PARTS = {
  bulk: () => throughput('bulk', 0),
  device: () => throughput('device', DEVICE_RATE),
  nodes,
  overload,
  connects,
  memory,
  soak,
};
const result = { bench: 'broker', rounds, pinned: canPin };
for (const part of values.only.split(',')) {
  if (!Object.hasOwn(PARTS, part)) throw new Error(`--only knows ${Object.keys(PARTS).join(', ')}, not ${part}`);
  result[part] = await PARTS[part]();
}
console.log(JSON.stringify(result));
process.exit(0);
