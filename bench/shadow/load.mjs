const { updateShadow } = await import('../../dist/libs/contracts/src/index.js');

const base64 = (value) => Buffer.from(JSON.stringify(value)).toString('base64');
const nameOf = (index) => `thing-${String(index).padStart(6, '0')}`;
const AUTHOR = { origin: 'MQTT', principal: 'c0ffee'.repeat(10) + 'c0ff', clientId: 'thing-000000' };

/** Gives each thing a shadow whose state and metadata together are about 300 bytes of JSON. */
export async function fill(rpc, things) {
  const payload = base64({
    state: { reported: { temp: 20, humidity: 40, battery: 97, state: 'on' }, desired: { state: 'on' } },
  });
  for (let from = 0; from < things; from += 500) {
    const names = Array.from({ length: Math.min(500, things - from) }, (_, offset) => nameOf(from + offset));
    await Promise.all(names.map((thingName) => rpc.call(updateShadow, { thingName, payload })));
  }
}

/** Makes the n-th update: a report of two values with a token. */
export function updates(calls, things) {
  return (n) => {
    const state = { reported: { temp: 20 + (n % 100) / 10, humidity: 40 + (n % 7) } };
    const payload = base64({ state, clientToken: `token-${n}` });
    return calls.perform({ operation: 'update', thingName: spread(n, things), payload, author: AUTHOR });
  };
}

/** Makes the n-th read. */
export function reads(calls, things) {
  const payload = base64({ clientToken: 'token' });
  return (n) => calls.perform({ operation: 'get', thingName: spread(n, things), payload });
}

/** Neighbours in time are no neighbours in the index. */
function spread(n, things) {
  return nameOf((n * 7919) % things);
}

let count = 0;

/** So many callers, each of which asks again when it is answered. */
export async function closedLoop(call, inFlight, forMs) {
  const start = performance.now();
  const cpu = process.cpuUsage();
  const end = start + forMs;
  let done = 0;
  const caller = async () => {
    while (performance.now() < end) {
      await call(count++);
      done++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, caller));
  const { user, system } = process.cpuUsage(cpu);
  return { done, perSecond: (done / (performance.now() - start)) * 1_000, microsecondsEach: (user + system) / done };
}

/** So many calls a second, whether answers come or not; a call is timed from when it was due. */
export async function atRate(call, perSecond, forMs) {
  const latencies = [];
  const open = new Set();
  const start = performance.now();
  let due = 0;
  while (due < (perSecond * forMs) / 1_000) {
    const now = performance.now() - start;
    while ((due * 1_000) / perSecond <= now) {
      const dueAt = (due++ * 1_000) / perSecond;
      const one = call(count++).then(() => latencies.push(performance.now() - start - dueAt));
      open.add(one);
      void one.finally(() => open.delete(one));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(open);
  latencies.sort((left, right) => left - right);
  const at = (share) => Math.round((latencies[Math.floor(latencies.length * share)] ?? 0) * 10) / 10;
  return { perSecond: Math.round(perSecond), p50Ms: at(0.5), p99Ms: at(0.99) };
}
