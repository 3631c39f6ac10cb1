// Updates and reads of shadows: npm run bench:shadow [-- --part service|stored|mqtt --rounds 3 --seconds 1.5]
//
// service: a command goes in over the local transport, an answer and an event come out; the caller, the service and the
//   listener share one process, PostgreSQL is the embedded one with its own settings. In the same rounds node-postgres alone
//   upserts a row of the same size, one and a hundred a statement.
// stored: the same again with a million shadows beside the 10,000 that are updated. Only together with `service`.
// mqtt: devices update over MQTT through the standalone product, in a process of its own.
//
// Without --part all of them, in about four minutes.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepare } from '../../scripts/prepare.mjs';

await prepare();
const { openBareLoops } = await import('./bare-loops.mjs');
const { atRate, closedLoop, fill, reads, updates } = await import('./load.mjs');
const { startMqtt } = await import('./mqtt.mjs');
const { startShadows, told } = await import('./service.mjs');
const { storeMore } = await import('./stored.mjs');

const { values } = parseArgs({
  options: {
    part: { type: 'string', multiple: true, default: ['service', 'stored', 'mqtt'] },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '1.5' },
    things: { type: 'string', default: '10000' },
    stored: { type: 'string', default: '1000000' },
  },
});
const parts = new Set(values.part.flatMap((part) => (part === 'stored' ? ['service', part] : [part])));
const [rounds, seconds, things, stored] = ['rounds', 'seconds', 'things', 'stored'].map((name) => Number(values[name]));
const forMs = seconds * 1_000;
const IN_FLIGHT = [64, 128, 256, 512];
const median = (numbers) => numbers.toSorted((left, right) => left - right)[numbers.length >> 1];
const round = (number) => Math.round(number * 100) / 100;
const best = (kind, rates) => Math.max(...IN_FLIGHT.map((inFlight) => rates[`${kind}, ${inFlight} in flight`]));

const result = { name: 'shadow', things, ratios: {} };
if (parts.has('service')) await inDirectory(serviceParts);
if (parts.has('mqtt')) await inDirectory(mqttPart);
console.log(JSON.stringify(result));

async function inDirectory(run) {
  const directory = await mkdtemp(join(tmpdir(), 'thingcore-bench-'));
  try {
    await run(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function serviceParts(directory) {
  const service = await startShadows(directory);
  try {
    const bare = await openBareLoops(service.databaseUrl, 10_000);
    await fill(service.rpc, things);
    const few = await measure(service, bare);
    console.table(few.rates);
    const update = best('update', few.rates);
    result.rowBytes = bare.bytes;
    result.service = few;
    result.ratios['update to bare, 1 row'] = round(update / few.rates['bare, 1 row']);
    result.ratios['update to bare, 100 rows'] = round(update / few.rates['bare, 100 rows']);
    result.ratios['get to update'] = round(best('get', few.rates) / update);
    if (parts.has('stored')) {
      await storeMore(service.databaseUrl, stored);
      const many = await measure(service, bare);
      console.table(many.rates);
      result.stored = many;
      result.ratios[`update with ${stored} more stored`] = round(best('update', many.rates) / update);
      result.ratios[`get with ${stored} more stored`] = round(best('get', many.rates) / best('get', few.rates));
      result.ratios['bare, 1 row, in the same two runs'] = round(many.rates['bare, 1 row'] / few.rates['bare, 1 row']);
    }
    await bare.close();
  } finally {
    await service.stop();
  }
}

/** Rounds are interleaved, since only what is measured side by side can be compared on a shared machine. */
async function measure(service, bare) {
  const samples = new Map();
  const keep = (name, rate) => samples.set(name, [...(samples.get(name) ?? []), rate]);
  const cpu = [];
  const toldBefore = told.updates;
  let updated = 0;
  await closedLoop(updates(service.calls, things), 256, 1_000); // warms up
  for (let index = 0; index < rounds; index++) {
    keep('bare, 1 row', await bare.single(forMs));
    keep('bare, 100 rows', await bare.hundred(forMs));
    for (const inFlight of IN_FLIGHT) {
      const run = await closedLoop(updates(service.calls, things), inFlight, forMs);
      updated += run.done;
      cpu.push(run.microsecondsEach);
      keep(`update, ${inFlight} in flight`, run.perSecond);
      keep(`get, ${inFlight} in flight`, (await closedLoop(reads(service.calls, things), inFlight, forMs)).perSecond);
    }
  }
  if (told.updates - toldBefore < updated) throw new Error(`only ${told.updates - toldBefore} of ${updated} were told`);
  const rates = Object.fromEntries([...samples].map(([name, rates]) => [name, Math.round(median(rates))]));
  const latencyAtHalfLoad = await atRate(updates(service.calls, things), best('update', rates) / 2, 2 * forMs);
  return { rates, cpuMicrosecondsOfAnUpdate: round(median(cpu)), latencyAtHalfLoad };
}

async function mqttPart(directory) {
  const product = await startMqtt(directory, things);
  try {
    await product.run(256, 3_000); // warms up, and makes the shadows
    const samples = IN_FLIGHT.map(() => []);
    for (let index = 0; index < rounds; index++) {
      for (const [position, inFlight] of IN_FLIGHT.entries()) {
        samples[position].push((await product.run(inFlight, forMs)).perSecond);
      }
    }
    const rates = Object.fromEntries(
      IN_FLIGHT.map((inFlight, position) => [`update, ${inFlight} in flight`, Math.round(median(samples[position]))]),
    );
    console.table(rates);
    result.mqtt = { rates };
    if (result.service) {
      result.ratios['over MQTT to update'] = round(best('update', rates) / best('update', result.service.rates));
    }
  } finally {
    await product.stop();
  }
}
