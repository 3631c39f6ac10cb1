import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, TEST_TIMES, type TestNode } from './cluster.fixture.js';
import { aMoment, numbers, useTestNodes } from './test-nodes.fixture.js';

const { start, kill } = useTestNodes();

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
