import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, PATIENT_TIMES, TEST_TIMES, type TestNode } from './cluster.fixture.js';
import { aMoment, numbers, useTestNodes } from './test-nodes.fixture.js';

const nodes = useTestNodes();
const { start, kill } = nodes;

describe('a client id', () => {
  it('goes to the later connection, once the earlier one has let its session go', async () => {
    const [a, b] = (await start(2)) as [TestNode, TestNode];
    const order: string[] = [];
    const first = await a.claim('lamp', {}, () => order.push('evicted'));
    const second = b.claim('lamp').then((claim) => {
      order.push('opened');
      return claim;
    });
    await eventually('the eviction', () => order.length === 1);
    await aMoment();
    order.push('let go');
    await a.cluster.release(first, 0);
    expect((await second).token).toBeGreaterThan(first.token);
    expect(order).toEqual(['evicted', 'let go', 'opened']);
  });

  it('goes to the last of many that connect at once, and to nobody else after', async () => {
    const started = await start(3);
    const held: { node: TestNode; claim: Awaited<ReturnType<TestNode['claim']>> }[] = [];
    const open = new Set<number>();
    let most = 0;
    await Promise.allSettled(
      numbers(30).map(async (n) => {
        const node = started[Number(n) % 3] as TestNode;
        await sleep(Number(n) * 3);
        let release: () => void = () => undefined;
        const evicted = new Promise<void>((resolve) => (release = resolve));
        const claim = await node.claim('lamp', {}, release);
        // A node takes over by itself from its own connections: only those of different nodes count.
        open.add(started.indexOf(node));
        most = Math.max(most, open.size);
        held.push({ node, claim });
        await Promise.race([evicted, sleep(3_000)]);
        await sleep(5);
        if (held.every((one) => one.node !== node || one.claim.token <= claim.token))
          open.delete(started.indexOf(node));
        await node.cluster.release(claim, 0);
      }),
    );
    const tokens = held.map(({ claim }) => claim.token);
    expect(tokens).toEqual([...tokens].sort((x, y) => x - y));
    expect(most).toBe(1);
    expect(await nodes.redis.hlen('thingcore:broker:cluster:holds')).toBe(0);
    expect(await nodes.redis.hlen('thingcore:broker:cluster:claims')).toBe(0);
  });

  it('is not waited for at the same node, where the engine closes the earlier connection', async () => {
    const [a] = (await start(1)) as [TestNode];
    const first = await a.claim('lamp');
    const second = await a.claim('lamp');
    await a.cluster.release(first, 0);
    expect(await nodes.redis.hget('thingcore:broker:cluster:holds', 'lamp')).toBe(
      `${a.cluster.nodeId} ${second.token}`,
    );
  });

  it('refuses a connection that waits when a later one comes', async () => {
    const [a, b, c] = (await start(3)) as [TestNode, TestNode, TestNode];
    const first = await a.claim('lamp');
    const second = b.claim('lamp');
    const refused = expect(second).rejects.toMatchObject({ code: 'VersionConflict' });
    await aMoment();
    const third = c.claim('lamp');
    await refused;
    await a.cluster.release(first, 0);
    await expect(third).resolves.toMatchObject({ clientId: 'lamp' });
  });

  it('is free at once when the node that should have it does not know of it', async () => {
    const [a, b] = (await start(2, PATIENT_TIMES)) as [TestNode, TestNode];
    await nodes.redis.hset('thingcore:broker:cluster:holds', 'lamp', `${a.cluster.nodeId} 0`);
    const before = performance.now();
    await b.claim('lamp');
    expect(performance.now() - before).toBeLessThan(PATIENT_TIMES.deadAfterMs / 2);
  });

  it('is free when the node that has it is dead', async () => {
    const [a, b] = (await start(2)) as [TestNode, TestNode];
    await a.claim('lamp');
    await sleep(TEST_TIMES.deadAfterMs);
    kill(a);
    await expect(b.claim('lamp')).resolves.toMatchObject({ nodeId: b.cluster.nodeId });
  });

  it('is refused when the session does not become free', async () => {
    const [a, b] = (await start(2)) as [TestNode, TestNode];
    await a.claim('lamp');
    await expect(b.claim('lamp')).rejects.toMatchObject({ code: 'ServiceUnavailable' });
  });
});
