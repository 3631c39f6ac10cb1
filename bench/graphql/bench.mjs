// The GraphQL API: npm run bench:graphql [-- --part requests|subscribers --rounds 3 --seconds 4]
//
// requests: one thing with its shadow from 64 connections; in the same rounds a bare Fastify route that makes the same two
//   look-ups, and the same resolver on Nest with Apollo, on Express and on Fastify.
// subscribers: 1,000 subscribers of distinct things while 5,000 updates a second come in.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepare } from '../../scripts/prepare.mjs';

const PARTS = ['requests', 'subscribers'];

const { values } = parseArgs({
  options: {
    part: { type: 'string', multiple: true, default: PARTS },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
  },
});
await prepare();
const result = { name: 'graphql' };
for (const part of PARTS.filter((name) => values.part.includes(name))) {
  const { run } = await import(`./${part}.mjs`);
  const directory = await mkdtemp(join(tmpdir(), 'thingcore-bench-'));
  try {
    result[part] = await run(directory, { rounds: Number(values.rounds), seconds: Number(values.seconds) });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
console.log(JSON.stringify(result));
