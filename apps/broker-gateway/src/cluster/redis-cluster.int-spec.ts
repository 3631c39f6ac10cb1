import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis, type TestRedis } from '#thingcore/testing';
import { eventually, TEST_TIMES, TestNode } from './cluster.fixture.js';
import { clusterKeys } from './cluster-keys.js';
import type { SharedSubscriptionOptions } from './log/cluster-change.js';

let server: TestRedis;
let redis: Redis;
let nodes: TestNode[];

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});

afterAll(async () => {
  await redis.quit();
  await server.stop();
});

beforeEach(async () => {
  const keys = await redis.keys('thingcore:broker:cluster:*');
  if (keys.length > 0) await redis.del(...keys);
  nodes = [];
});

afterEach(async () => {
  await Promise.all(nodes.map((node) => node.cluster.stop().catch(() => undefined)));
});

async function start(count: number): Promise<TestNode[]> {
  const started = await Promise.all(Array.from({ length: count }, () => TestNode.start(server.url)));
  nodes.push(...started);
  return started;
}

function kill(node: TestNode): void {
  node.kill();
  nodes = nodes.filter((one) => one !== node);
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => `${n}`);

/** Long enough that heartbeats have gone round. */
const aMoment = () => sleep(TEST_TIMES.heartbeatMs * 2);

describe('messages between nodes', () => {
  it('go to the nodes that want them, and to no other', async () => {
    const [a, b, c] = (await start(3)) as [TestNode, TestNode, TestNode];
    b.subscribe('plant/+');
    c.subscribe('office/#');
    await eventually('the wishes to be known', () => a.filters.size === 2 && b.filters.size === 1);
    await a.publish('plant/1', 'for b');
    await a.publish('office/1', 'for c');
    await a.publish('street/1', 'for nobody', 0);
    await eventually('them to arrive', () => b.delivered.length + c.delivered.length === 2);
    expect(b.received).toEqual(['for b']);
    expect(c.received).toEqual(['for c']);
  });

  it('find a connection at every other node as soon as its wish is said to be known', async () => {
    const [a, b, c] = (await start(3)) as [TestNode, TestNode, TestNode];
    for (const n of numbers(100)) {
      await c.cluster.wanted({}, `plant/${n}`);
      expect([...a.filters, ...b.filters]).toEqual(Array(2).fill(expect.stringContaining(` plant/${n}`)));
      a.filters.clear();
      b.filters.clear();
    }
  });

  it('find a persistent session at every other node as soon as its subscription is said to be safe', async () => {
    const [a, b] = (await start(2)) as [TestNode, TestNode];
    for (const n of numbers(100)) {
      await b.cluster.subscribed(
        'lamp',
        new Map([[`plant/${n}`, { qos: 1, noLocal: false, retainAsPublished: false }]]),
      );
      expect(a.sessions.get('lamp')?.has(`plant/${n}`)).toBe(true);
    }
  });

  it('stay in the order of each publisher, with QoS 0 and 1 mixed', async () => {
    const [a, b, c] = (await start(3)) as [TestNode, TestNode, TestNode];
    c.subscribe('t');
    await eventually('the wish to be known', () => a.filters.size === 1 && b.filters.size === 1);
    await Promise.all(
      numbers(2_000).flatMap((n) => [
        a.publish('t', `a ${n}`, Number(n) % 3 === 0 ? 0 : 1),
        b.publish('t', `b ${n}`, 1),
      ]),
    );
    await eventually('all to arrive', () => c.received.length === 4_000);
    for (const name of ['a', 'b']) {
      expect(c.received.filter((one) => one.startsWith(name))).toEqual(numbers(2_000).map((n) => `${name} ${n}`));
    }
  });

  it('are not sent any more when the last connection that wanted them is gone', async () => {
    const [a, b] = (await start(2)) as [TestNode, TestNode];
    const first = b.subscribe('t');
    const second = b.subscribe('t');
    await eventually('the wish to be known', () => a.filters.size === 1);
    b.close(first);
    await aMoment();
    expect(a.filters.size).toBe(1);
    b.close(second);
    await eventually('the end of the wish to be known', () => a.filters.size === 0);
  });

  it('reach a node that was there before this one', async () => {
    const [b] = (await start(1)) as [TestNode];
    b.subscribe('t');
    await aMoment();
    const [a] = (await start(1)) as [TestNode];
    expect([...a.filters]).toEqual([`${b.cluster.nodeId} t`]);
  });

  it('arrive though the lines to Redis were cut amid them', async () => {
    const [a, b] = (await start(2)) as [TestNode, TestNode];
    b.subscribe('t');
    await eventually('the wish to be known', () => a.filters.size === 1);
    const sent = numbers(300).map(async (n) => {
      await sleep(Number(n) % 30);
      await a.publish('t', n);
    });
    await sleep(10);
    await redis.client('KILL', 'TYPE', 'NORMAL', 'SKIPME', 'YES');
    await Promise.all(sent);
    await eventually('all to arrive', () => new Set(b.received).size === 300);
  });

  it('leave nothing in Redis once they have arrived', async () => {
    const [a, b] = (await start(2)) as [TestNode, TestNode];
    b.subscribe('t');
    await eventually('the wish to be known', () => a.filters.size === 1);
    await Promise.all(numbers(50).map((n) => a.publish('t', n)));
    await eventually(
      'the inbox to be empty',
      async () => (await redis.xlen(clusterKeys.inbox(b.cluster.nodeId))) === 0,
    );
    expect(await redis.get(`thingcore:broker:cluster:inbox-bytes:${b.cluster.nodeId}`)).toBe('0');
  });
});

describe('what nodes know of each other', () => {
  it('is read anew when the log has lost what they had not read', async () => {
    const [a, b] = (await start(2)) as [TestNode, TestNode];
    a.inside.lines.reader.disconnect();
    for (const n of numbers(20)) b.subscribe(`filter/${n}`);
    await eventually('the log to have it', async () => (await redis.xlen(clusterKeys.log)) > 0);
    b.subscribe('one/more');
    await aMoment();
    await redis.xtrim(clusterKeys.log, 'MAXLEN', 1);
    await a.inside.lines.reader.connect();
    await eventually('all to be known', () => a.filters.size === 21);
  });

  it('begins anew when Redis has lost everything: no connection goes on with what nobody knows any more', async () => {
    const [a, b] = (await start(2)) as [TestNode, TestNode];
    const before = [a.cluster.nodeId, b.cluster.nodeId];
    b.subscribe('t');
    await eventually('the wish to be known', () => a.filters.size === 1);
    await aMoment();
    await redis.del(...(await redis.keys('thingcore:broker:cluster:*')));
    await eventually('both to begin anew', () => a.burials === 1 && b.burials === 1);
    await eventually('both to be others', () => ![a, b].some(({ cluster }) => before.includes(cluster.nodeId)));
    a.subscribe('u');
    await eventually('all to be known', () => b.filters.has(`${a.cluster.nodeId} u`));
    await a.publish('t', 'still there');
    await eventually('it to arrive', () => b.received.includes('still there'));
    await aMoment();
    expect([a.burials, b.burials]).toEqual([1, 1]);
  });

  it('ends with a node that leaves, at once', async () => {
    const [a, b] = (await start(2)) as [TestNode, TestNode];
    b.subscribe('t');
    b.subscribe('$share/g/t');
    await eventually('the wishes to be known', () => a.filters.size === 1 && a.groups.size === 1);
    nodes = [a];
    await b.cluster.stop();
    await eventually('it to be gone', () => a.filters.size === 0);
    expect([...(a.groups.get('$share/g/t') ?? [])]).toEqual([]);
    expect(a.orphans).toEqual([]);
  });
});

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
    expect(await redis.hlen('thingcore:broker:cluster:holds')).toBe(0);
    expect(await redis.hlen('thingcore:broker:cluster:claims')).toBe(0);
  });

  it('is not waited for at the same node, where the engine closes the earlier connection', async () => {
    const [a] = (await start(1)) as [TestNode];
    const first = await a.claim('lamp');
    const second = await a.claim('lamp');
    await a.cluster.release(first, 0);
    expect(await redis.hget('thingcore:broker:cluster:holds', 'lamp')).toBe(`${a.cluster.nodeId} ${second.token}`);
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
    const [a, b] = (await start(2)) as [TestNode, TestNode];
    await redis.hset('thingcore:broker:cluster:holds', 'lamp', `${a.cluster.nodeId} 0`);
    const before = performance.now();
    await b.claim('lamp');
    expect(performance.now() - before).toBeLessThan(TEST_TIMES.deadAfterMs);
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
    expect(performance.now() - killed).toBeLessThan(TEST_TIMES.deadAfterMs * 3);
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
    expect(await redis.keys(`*${a.cluster.nodeId}`)).toEqual([`thingcore:broker:cluster:buried:${a.cluster.nodeId}`]);
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
      async () => (await redis.hlen(`thingcore:broker:cluster:pending:${b.cluster.nodeId}`)) > 0,
    );
    const [c] = (await start(1)) as [TestNode];
    kill(b);
    // The estate of the first is free when the lease of the second has run out.
    await redis.zadd('thingcore:broker:cluster:estates', 'XX', 0, a.cluster.nodeId);
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
    expect(await redis.exists(clusterKeys.inbox(b.cluster.nodeId))).toBe(0);
  });
});

describe('a persistent session', () => {
  const options = { qos: 1, noLocal: false, retainAsPublished: true, identifier: 7 } as const;
  const persistent = { isPersistent: true, endsAfterMs: 60_000 };

  it('is known to all nodes with its subscriptions and its place, also to those that come later', async () => {
    const [a, b] = (await start(2)) as [TestNode, TestNode];
    const claim = await a.claim('lamp', persistent);
    await a.cluster.subscribed(
      'lamp',
      new Map<string, SharedSubscriptionOptions>([
        ['a/+', options],
        ['b', { ...options, qos: 0 }],
      ]),
    );
    await a.cluster.unsubscribed('lamp', ['b']);
    const expected = new Map([['a/+', options]]);
    await eventually('it to be known', () => b.places.has('lamp') && b.sessions.get('lamp')?.size === 1);
    expect(b.sessions.get('lamp')).toEqual(expected);
    const [c] = (await start(1)) as [TestNode];
    expect(c.sessions.get('lamp')).toEqual(expected);
    expect(c.places.get('lamp')).toBe(a.cluster.nodeId);
    await a.cluster.release(claim, b.now + 60_000);
    await eventually('its absence to be known', () => !b.places.has('lamp') && !c.places.has('lamp'));
    expect(c.sessions.get('lamp')).toEqual(expected);
    expect(a.sessions.has('lamp')).toBe(false); // It knows by itself.
  });

  it('ends when its time is over, once', async () => {
    const [a, b] = (await start(2)) as [TestNode, TestNode];
    const claim = await a.claim('lamp', persistent);
    await a.cluster.subscribed('lamp', new Map([['t', options]]));
    await a.cluster.release(claim, a.now + 60_000);
    await eventually('it to be known', () => b.sessions.has('lamp'));
    const look = () => Promise.all([a, b].map((node) => node.inside.expiry.expire(node)));
    a.now = b.now += 59_999;
    await look();
    expect([...a.expired, ...b.expired]).toEqual([]);
    a.now = b.now += 1;
    await look();
    expect([...a.expired, ...b.expired]).toEqual(['lamp']);
    await eventually('its end to be known', () => !b.sessions.has('lamp'));
    const [c] = (await start(1)) as [TestNode];
    expect(c.sessions.size).toBe(0);
  });

  it('does not end while it is connected again', async () => {
    const [a, b] = (await start(2)) as [TestNode, TestNode];
    await a.cluster.release(await a.claim('lamp', persistent), a.now - 1);
    await b.claim('lamp', persistent);
    await a.inside.expiry.expire(a);
    expect(a.expired).toEqual([]);
  });

  it('of a node that died has its time from then on', async () => {
    const [a, b] = (await start(2)) as [TestNode, TestNode];
    await a.claim('lamp', persistent);
    await a.cluster.subscribed('lamp', new Map([['t', options]]));
    await eventually('it to be known', () => b.places.get('lamp') === a.cluster.nodeId);
    await sleep(TEST_TIMES.deadAfterMs);
    kill(a);
    await eventually('it to be settled', () => b.orphans.length === 1);
    expect(b.places.has('lamp')).toBe(false);
    expect(b.sessions.has('lamp')).toBe(true);
    b.now += 60_000;
    await b.inside.expiry.expire(b);
    expect(b.expired).toEqual(['lamp']);
  });

  it('that began anew has nothing of the one before', async () => {
    const [a, b] = (await start(2)) as [TestNode, TestNode];
    await a.cluster.subscribed('lamp', new Map([['t', options]]));
    await eventually('it to be known', () => b.sessions.has('lamp'));
    await b.cluster.endSession('lamp');
    await b.cluster.subscribed('lamp', new Map([['u', options]]));
    await aMoment();
    const [c] = (await start(1)) as [TestNode];
    expect([...(c.sessions.get('lamp')?.keys() ?? [])]).toEqual(['u']);
  });
});

describe('a shared subscription', () => {
  const GROUP = '$share/crew/t';
  const got = (all: readonly TestNode[]) => all.flatMap(({ delivered, queued }) => [...delivered, ...queued]);

  it('brings each message to one member, wherever members are', async () => {
    const [a, b, c] = (await start(3)) as [TestNode, TestNode, TestNode];
    for (const node of [a, b, b, c]) node.subscribe(GROUP);
    await eventually(
      'the members to be known',
      () => a.groups.get(GROUP)?.get(b.cluster.nodeId) === 2 && a.groups.get(GROUP)?.size === 2,
    );
    await Promise.all(numbers(400).map((n) => a.publish('t', n)));
    await eventually('all to arrive', () => got([a, b, c]).length >= 400);
    await aMoment();
    expect(got([a, b, c]).sort()).toEqual(
      numbers(400)
        .map((n) => `${GROUP} ${n}`)
        .sort(),
    );
    expect(b.delivered.length).toBeGreaterThan(a.delivered.length);
    expect(c.delivered.length).toBeGreaterThan(0);
  });

  it('brings each message to one member while members come and go', async () => {
    const all = (await start(3)) as [TestNode, TestNode, TestNode];
    const [a] = all;
    a.subscribe(GROUP); // One that stays.
    all[1].waitingMembers = all[2].waitingMembers = 1;
    await eventually('it to be known', () => all[1].groups.has(GROUP) && all[2].groups.has(GROUP));
    const guests: [TestNode, object][] = [];
    for (const n of numbers(300)) {
      const node = all[Number(n) % 3] as TestNode;
      if (Number(n) % 7 === 0) guests.push([node, node.subscribe(GROUP)]);
      if (Number(n) % 11 === 0) {
        const [host, guest] = guests.shift() ?? [];
        if (guest !== undefined) host?.close(guest);
      }
      await (all[Number(n) % 2] as TestNode).publish('t', n);
    }
    await eventually('all to arrive', () => got(all).length >= 300);
    await aMoment();
    expect(got(all).sort()).toEqual(
      numbers(300)
        .map((n) => `${GROUP} ${n}`)
        .sort(),
    );
  });

  it('brings what a dead node had not read to another member', async () => {
    const [a, b, c] = (await start(3)) as [TestNode, TestNode, TestNode];
    for (const node of [b, c]) node.subscribe(GROUP);
    await eventually(
      'the members to be known',
      () => a.groups.get(GROUP)?.size === 2 && c.groups.get(GROUP)?.size === 1,
    );
    await sleep(TEST_TIMES.deadAfterMs);
    kill(b);
    await Promise.all(numbers(100).map((n) => a.publish('t', n)));
    expect(c.delivered.length).toBeLessThan(100);
    await eventually('all to arrive', () => got([a, c]).length >= 100);
    expect(got([a, c]).sort()).toEqual(
      numbers(100)
        .map((n) => `${GROUP} ${n}`)
        .sort(),
    );
  });

  it('brings what was for a node that has gone to another member', async () => {
    const [a, b] = (await start(2)) as [TestNode, TestNode];
    b.subscribe(GROUP);
    await eventually('the member to be known', () => a.groups.get(GROUP)?.size === 1);
    for (const n of numbers(20)) {
      a.groups.get(GROUP)?.set('a node that is no member', 100);
      await a.publish('t', n);
    }
    await eventually('all to arrive', () => b.delivered.length >= 20);
    expect(b.delivered).toEqual(numbers(20).map((n) => `${GROUP} ${n}`));
  });

  it('queues a message when nobody is online', async () => {
    const [a, b] = (await start(2)) as [TestNode, TestNode];
    const member = b.subscribe(GROUP);
    await eventually('it to be known', () => a.groups.get(GROUP)?.size === 1);
    b.waitingMembers = 1;
    b.close(member);
    await a.publish('t', 'x');
    await eventually(
      'it to be queued',
      () => b.queued.length + a.queued.length === 1 || a.groups.get(GROUP)?.size === 0,
    );
    a.waitingMembers = 1;
    await aMoment();
    await a.publish('t', 'y');
    expect([...a.queued, ...b.queued].filter((one) => one.endsWith('y'))).toEqual([`${GROUP} y`]);
  });
});
