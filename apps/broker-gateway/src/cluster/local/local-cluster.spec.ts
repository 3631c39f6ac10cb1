import type { ClusterHost, OrphanedConnection } from '../cluster.js';
import { LocalCluster } from './local-cluster.js';
import { MemoryConnectionLedger } from './memory-connection-ledger.fixture.js';

describe('LocalCluster', () => {
  const request = { clientId: 'lamp', isPersistent: true, endsAfterMs: 1_000, details: {} };
  let now: number;
  let ledger: MemoryConnectionLedger;
  let cluster: LocalCluster;
  let ended: string[];
  let orphans: OrphanedConnection[];
  let published: string[];
  let failures: unknown[];
  const host = {
    sessionExpired: (clientId: string) => {
      ended.push(clientId);
      return clientId === 'broken' ? Promise.reject(new Error('no disk')) : Promise.resolve();
    },
    orphaned: (orphan: OrphanedConnection) => {
      orphans.push(orphan);
      return Promise.resolve();
    },
    willDue: (will: Buffer) => {
      published.push(will.toString());
      return Promise.resolve();
    },
    failed: (error: unknown) => failures.push(error),
  } as unknown as ClusterHost;

  beforeEach(() => {
    now = 1_000;
    ended = [];
    orphans = [];
    published = [];
    failures = [];
    ledger = new MemoryConnectionLedger();
    cluster = new LocalCluster('me', { now: () => now }, ledger);
  });

  it('gives every connection its client id, with a larger token each time', async () => {
    const [first, second] = [await cluster.acquire(request), await cluster.acquire(request)];
    expect(second.token).toBeGreaterThan(first.token);
    expect(second).toMatchObject({ nodeId: 'me', clientId: 'lamp' });
  });

  it('ends a session when its time is over, not before, and once', async () => {
    await cluster.release(await cluster.acquire(request), 2_000);
    now = 1_999;
    await cluster.check(host);
    expect(ended).toEqual([]);
    now = 2_000;
    await cluster.check(host);
    await cluster.check(host);
    expect(ended).toEqual(['lamp']);
  });

  it.each([
    ['is connected again', (one: LocalCluster) => one.acquire(request)],
    ['was ended', (one: LocalCluster) => one.endSession('lamp')],
  ])('does not end a session that %s', async (_name, act: (one: LocalCluster) => Promise<unknown>) => {
    await cluster.release(await cluster.acquire(request), 2_000);
    await act(cluster);
    now = 3_000;
    await cluster.check(host);
    expect(ended).toEqual([]);
  });

  it('does not end a session for the connection that was taken over', async () => {
    const first = await cluster.acquire(request);
    await cluster.acquire(request);
    await cluster.release(first, 500);
    await cluster.check(host);
    expect(ended).toEqual([]);
  });

  it('ends other sessions though one fails', async () => {
    for (const clientId of ['broken', 'lamp']) {
      await cluster.release(await cluster.acquire({ ...request, clientId }), 500);
    }
    await cluster.check(host);
    expect(ended).toEqual(['broken', 'lamp']);
    expect(failures).toHaveLength(1);
  });

  describe('after its process was killed', () => {
    /** As a start of the process does. */
    async function restart(): Promise<void> {
      cluster = new LocalCluster('reborn', { now: () => now }, ledger);
      await cluster.start(host);
      await cluster.check(host);
    }

    it('tells of each connection with its will, once', async () => {
      const claim = await cluster.acquire(request);
      await cluster.keepWill(claim, Buffer.from('last words'));
      await restart();
      await cluster.stop();
      await restart();
      expect(orphans).toEqual([{ request, nodeId: 'me', token: claim.token, will: Buffer.from('last words') }]);
      await cluster.stop();
    });

    it('does not tell of connections that had ended', async () => {
      const claim = await cluster.acquire(request);
      await cluster.keepWill(claim, Buffer.from('last words'));
      await cluster.release(claim, 0);
      await cluster.dropWill(claim);
      await restart();
      expect(orphans).toEqual([]);
      await cluster.stop();
    });

    it.each([
      ['had ended', async () => cluster.release(await cluster.acquire(request), 5_000), 5_000],
      ['was open', () => cluster.acquire(request), 3_000],
    ])('ends the sessions whose connection %s in time', async (_name, live: () => Promise<unknown>, endsAt) => {
      await live();
      now = 2_000;
      await restart();
      now = endsAt - 1;
      await cluster.check(host);
      expect(ended).toEqual([]);
      now = endsAt;
      await cluster.check(host);
      expect(ended).toEqual(['lamp']);
      await cluster.stop();
    });

    it('publishes a delayed will in time, and not when its client is back before', async () => {
      for (const clientId of ['lamp', 'fan']) {
        const claim = await cluster.acquire({ ...request, clientId });
        await cluster.delayWill(claim, Buffer.from(`will of ${clientId}`), 5_000);
        await cluster.release(claim, 9_000);
      }
      now = 4_999;
      await restart();
      await cluster.acquire({ ...request, clientId: 'fan' });
      expect(published).toEqual([]);
      now = 5_000;
      await cluster.check(host);
      await cluster.check(host);
      expect(published).toEqual(['will of lamp']);
      await cluster.stop();
    });
  });

  it('publishes a delayed will at the end of its session, though its client is back [MQTT-3.1.2-8]', async () => {
    const claim = await cluster.acquire(request);
    await cluster.delayWill(claim, Buffer.from('will'), 60_000);
    await cluster.release(claim, 90_000);
    await cluster.endSession('lamp');
    await cluster.acquire(request);
    await cluster.check(host);
    expect(published).toEqual(['will']);
  });

  it('drops a delayed will whose session has another connection already [MQTT-3.1.3-9]', async () => {
    const first = await cluster.acquire(request);
    await cluster.acquire(request);
    await cluster.delayWill(first, Buffer.from('will'), 0);
    await cluster.check(host);
    expect(published).toEqual([]);
  });
});
