import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, TEST_TIMES, type TestNode } from './cluster.fixture.js';
import { clusterKeys } from './cluster-keys.js';
import { aMoment, numbers, useTestNodes } from './test-nodes.fixture.js';

const nodes = useTestNodes();
const { start, kill } = nodes;

describe('a node that dies', () => {
  it('is found dead, and its clients are settled with their wills once, whoever of the others does it', async () => {
    const [a, b, c] = (await start(3)) as [TestNode, TestNode, TestNode];
    for (const n of numbers(50)) {
      const claim = await a.claim(`client-${n}`, { details: { ip: n } });
      if (Number(n) % 2 === 0) await a.cluster.keepWill(claim, Buffer.from([0xff, Number(n)]));
      if (n === '10') await a.cluster.dropWill(claim);
      if (n === '11') await a.cluster.release(claim, 0);
    }
    await sleep(TEST_TIMES.deadAfterMs);
    kill(a);
    const killed = performance.now();
    await eventually('all to be settled', () => b.orphans.length + c.orphans.length >= 49);
    expect(performance.now() - killed).toBeLessThan(TEST_TIMES.deadAfterMs * 10);
    await aMoment();
    const orphans = [...b.orphans, ...c.orphans];
    expect(new Set(orphans.map(({ request }) => request?.clientId)).size).toBe(49);
    expect(orphans).toHaveLength(49);
    expect(orphans.filter(({ will }) => will !== undefined)).toHaveLength(24);
    const one = orphans.find(({ request }) => request?.clientId === 'client-42');
    expect(one).toEqual({
      request: { clientId: 'client-42', isPersistent: false, endsAfterMs: 0, details: { ip: '42' } },
      nodeId: expect.any(String),
      token: expect.any(Number),
      will: Buffer.from([0xff, 42]),
    });
    expect(await nodes.redis.keys(`*${a.cluster.nodeId}`)).toEqual([
      `thingcore:broker:cluster:buried:${a.cluster.nodeId}`,
    ]);
  });

  it('has its wills published though the connection had ended, when they were not published yet', async () => {
    const [a, b] = (await start(2)) as [TestNode, TestNode];
    const claim = await a.claim('lamp');
    await a.cluster.keepWill(claim, Buffer.from('last words'));
    await a.cluster.release(claim, 0);
    await sleep(TEST_TIMES.deadAfterMs);
    kill(a);
    await eventually('the will', () => b.orphans.length === 1);
    expect(b.orphans).toMatchObject([{ request: undefined, will: Buffer.from('last words') }]);
  });

  it('has its clients settled though the node that began with it dies too', async () => {
    const [a, b] = (await start(2)) as [TestNode, TestNode];
    for (const n of numbers(30)) await a.claim(`client-${n}`);
    await sleep(TEST_TIMES.deadAfterMs);
    b.holdOrphans = true;
    kill(a);
    await eventually(
      'it to begin',
      async () => (await nodes.redis.hlen(`thingcore:broker:cluster:pending:${b.cluster.nodeId}`)) > 0,
    );
    const [c] = (await start(1)) as [TestNode];
    kill(b);
    // The estate of the first is free when the lease of the second has run out.
    await nodes.redis.zadd('thingcore:broker:cluster:estates', 'XX', 0, a.cluster.nodeId);
    await eventually('all to be settled', () => c.orphans.length >= 30);
    expect(new Set(c.orphans.map(({ request }) => request?.clientId)).size).toBe(30);
  });

  it('comes back under another id when it was only taken for dead', async () => {
    const [a, b] = (await start(2)) as [TestNode, TestNode];
    const before = a.cluster.nodeId;
    a.subscribe('t');
    await eventually('the wish to be known', () => b.filters.size === 1);
    expect(await b.inside.lines.control.bury(before, -1_000)).toBe(1);
    await eventually('it to know', () => a.burials === 1 && a.cluster.nodeId !== before);
    await eventually('its wish to be known', () => b.filters.has(`${a.cluster.nodeId} t`));
    await b.publish('t', 'welcome back');
    await eventually('it to arrive', () => a.received.includes('welcome back'));
    expect(b.filters.size).toBe(1);
    await expect(a.claim('lamp')).resolves.toMatchObject({ nodeId: a.cluster.nodeId });
  });

  it('holds nobody up who sends to it', async () => {
    const [a, b] = (await start(2)) as [TestNode, TestNode];
    b.subscribe('t');
    await eventually('the wish to be known', () => a.filters.size === 1);
    await sleep(TEST_TIMES.deadAfterMs);
    kill(b);
    await a.publish('t', 'into the inbox');
    await eventually('it to be found dead', () => a.filters.size === 0);
    a.filters.add(`${b.cluster.nodeId} t`);
    await a.publish('t', 'to nobody');
    await aMoment();
    expect(await nodes.redis.exists(clusterKeys.inbox(b.cluster.nodeId))).toBe(0);
  });
});
