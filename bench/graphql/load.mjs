// The clients of the bench, in a process of their own: autocannon with the requests of a file.
// Argument: JSON { url, connections, seconds, requests }. Prints JSON { perSecond, p50Ms, p99Ms, done, faults }.
import { readFile } from 'node:fs/promises';
import autocannon from 'autocannon';

const { requests, seconds, ...target } = JSON.parse(await readFile(process.argv[2], 'utf8'));
let faults = 0;
const answers = new Map();
const instance = autocannon({
  ...target,
  duration: seconds,
  requests: requests.map((request) => ({ ...request, onResponse })),
});
const { requests: rate, latency, errors, non2xx, duration, '2xx': done } = await instance;
process.stdout.write(
  JSON.stringify({
    perSecond: done / duration,
    meanPerSecond: rate.average,
    p50Ms: latency.p50,
    p99Ms: latency.p99,
    done,
    faults: faults + errors + non2xx,
    sample: [...answers.values()][0],
  }),
);

/** Every answer must hold a reported state: one that is fast because it is an error counts as a fault. */
function onResponse(status, body) {
  if (status !== 200 || !body.includes('"reported":{')) faults++;
  if (answers.size === 0) answers.set('first', body);
}
