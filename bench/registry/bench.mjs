// How long the registry takes with many things: npm run bench:registry [-- --things 100000 --rounds 200]
// The service runs as it does standalone: local transport, the embedded PostgreSQL with its own settings. Every round
// makes each call once, and a bare SELECT by primary key beside them.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { prepare } from '../../scripts/prepare.mjs';

await prepare();
const { calls } = await import('./calls.mjs');
const { fill } = await import('./fleet.mjs');
const { startRegistry } = await import('./registry.mjs');

const { values } = parseArgs({
  options: { things: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '200' } },
});
const [things, rounds] = [Number(values.things), Number(values.rounds)];
const BOUND_MS = 10;

const directory = await mkdtemp(join(tmpdir(), 'thingcore-bench-'));
const registry = await startRegistry(directory);
try {
  const client = new pg.Client({ connectionString: registry.databaseUrl, options: '-c search_path=registry' });
  await client.connect();
  await fill(client, registry.call, things);
  const figures = await measure(client, calls(things));
  await client.end();
  console.table(figures);
  const reads = Object.entries(figures).filter(([, { kind }]) => kind === 'read');
  const slowest = (figure) => {
    const [name, figuresOfIt] = reads.reduce((one, other) => (one[1][figure] > other[1][figure] ? one : other));
    return { name, ms: figuresOfIt[figure], isWithinBound: figuresOfIt[figure] < BOUND_MS };
  };
  const ratios = Object.fromEntries(
    Object.entries(figures).map(([name, { p50Ms }]) => [
      `${name} to bare SELECT, p50`,
      round(p50Ms / figures['bare SELECT'].p50Ms),
    ]),
  );
  // On a shared machine the bare SELECT tells how much of the p99 is waiting for the processor.
  const summary = { boundMs: BOUND_MS, p10: slowest('p10Ms'), p50: slowest('p50Ms'), p99: slowest('p99Ms') };
  console.log(JSON.stringify({ name: 'registry', things, slowestReads: summary, figures, ratios }));
} finally {
  await registry.stop();
  await rm(directory, { recursive: true, force: true });
}

/** Rounds are interleaved, since only what is measured side by side can be compared on a shared machine. */
async function measure(client, measured) {
  const samples = new Map();
  const time = async (name, kind, run) => {
    const startedAt = performance.now();
    await run();
    const sample = samples.get(name) ?? { kind, durations: [] };
    sample.durations.push(performance.now() - startedAt);
    samples.set(name, sample);
  };
  for (let index = -20; index < rounds; index++) {
    if (index === 0) samples.clear(); // what came before warmed up
    await time('bare SELECT', 'bare', () =>
      client.query('SELECT * FROM things WHERE thing_name = $1', [`thing-${(index + 20) * 37}`]),
    );
    for (const { name, kind, contract, request } of measured) {
      await time(name, kind, () => registry.call(contract, request(index + 20)));
    }
  }
  return Object.fromEntries(
    [...samples].map(([name, { kind, durations }]) => {
      const sorted = durations.sort((left, right) => left - right);
      const at = (share) => round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]);
      // The tenth: what a call takes when the machine has time for it.
      return [name, { kind, p10Ms: at(0.1), p50Ms: at(0.5), p99Ms: at(0.99) }];
    }),
  );
}

function round(number) {
  return Math.round(number * 100) / 100;
}
