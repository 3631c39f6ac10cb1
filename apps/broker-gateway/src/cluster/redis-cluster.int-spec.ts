import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, PATIENT_TIMES, type TestNode } from './cluster.fixture.js';
import { clusterKeys } from './cluster-keys.js';
import { aMoment, numbers, useTestNodes } from './test-nodes.fixture.js';

const nodes = useTestNodes(PATIENT_TIMES);
const { start } = nodes;

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
    await nodes.redis.client('KILL', 'TYPE', 'NORMAL', 'SKIPME', 'YES');
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
      async () => (await nodes.redis.xlen(clusterKeys.inbox(b.cluster.nodeId))) === 0,
    );
    expect(await nodes.redis.get(`thingcore:broker:cluster:inbox-bytes:${b.cluster.nodeId}`)).toBe('0');
  });
});

describe('what nodes know of each other', () => {
  it('is read anew when the log has lost what they had not read', async () => {
    const [a, b] = (await start(2)) as [TestNode, TestNode];
    a.inside.lines.reader.disconnect();
    for (const n of numbers(20)) b.subscribe(`filter/${n}`);
    await eventually('the log to have it', async () => (await nodes.redis.xlen(clusterKeys.log)) > 0);
    b.subscribe('one/more');
    await aMoment();
    await nodes.redis.xtrim(clusterKeys.log, 'MAXLEN', 1);
    await a.inside.lines.reader.connect();
    await eventually('all to be known', () => a.filters.size === 21);
  });

  it('begins anew when Redis has lost everything: no connection goes on with what nobody knows any more', async () => {
    const [a, b] = (await start(2)) as [TestNode, TestNode];
    const before = [a.cluster.nodeId, b.cluster.nodeId];
    b.subscribe('t');
    await eventually('the wish to be known', () => a.filters.size === 1);
    await aMoment();
    await nodes.redis.del(...(await nodes.redis.keys('thingcore:broker:cluster:*')));
    await eventually('both to begin anew', () => a.burials === 1 && b.burials === 1);
    await eventually('both to be others', () => ![a, b].some(({ cluster }) => before.includes(cluster.nodeId)));
    a.subscribe('u');
    const knows = (node: TestNode, filter: string) => node.filters.has(filter);
    await eventually('all to be known', () => knows(b, `${a.cluster.nodeId} u`) && knows(a, `${b.cluster.nodeId} t`));
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
    nodes.running = [a];
    await b.cluster.stop();
    await eventually('it to be gone', () => a.filters.size === 0);
    expect([...(a.groups.get('$share/g/t') ?? [])]).toEqual([]);
    expect(a.orphans).toEqual([]);
  });
});
