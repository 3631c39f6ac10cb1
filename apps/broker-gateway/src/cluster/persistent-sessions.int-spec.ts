import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, TEST_TIMES, type TestNode } from './cluster.fixture.js';
import type { SharedSubscriptionOptions } from './log/cluster-change.js';
import { aMoment, useTestNodes } from './test-nodes.fixture.js';

const { start, kill } = useTestNodes();

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
