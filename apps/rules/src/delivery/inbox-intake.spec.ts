import { Metrics } from '#thingcore/platform';
import { RulesMetrics } from '../metrics/rules-metrics.js';
import { rulesConfig } from '../rules.fixture.js';
import { InboxIntake } from './inbox-intake.js';
import type { InboxStore, NewEntry } from './inbox.store.js';

function anEntry(messageId: string, payload = ''): NewEntry {
  const message = { topic: 'a', payload, qos: 1 as const, retain: false, hops: 0, timestamp: 0, messageId };
  return { ruleName: 'r', message, isClaimed: true };
}

/** An intake over an inbox that is a list, `held` long at first. */
async function setUp({ limit = 100, held = 0 } = {}) {
  const statements: string[][] = [];
  const inbox = {
    count: () => Promise.resolve(held),
    insert: (entries: readonly NewEntry[]) => {
      const ids = entries.map(({ message }) => message.messageId);
      statements.push(ids);
      if (ids.includes('bad')) return Promise.reject(new Error('refused'));
      return Promise.resolve(ids.map((id) => (id === 'known' ? undefined : `id of ${id}`)));
    },
  };
  const metrics = new Metrics();
  const intake = new InboxIntake(
    rulesConfig({ inboxLimit: limit }),
    inbox as unknown as InboxStore,
    new RulesMetrics(metrics),
  );
  await intake.measure();
  return { intake, statements, metrics };
}

describe('InboxIntake', () => {
  it('stores the entries of several events in one statement, and gives each event its ids', async () => {
    const { intake, statements } = await setUp();
    const added = await Promise.all([intake.add([anEntry('a'), anEntry('known')]), intake.add([anEntry('b')])]);
    expect(added).toEqual([['id of a', undefined], ['id of b']]);
    expect(statements).toEqual([['a', 'known', 'b']]);
  });

  it('makes no statement of many large messages', async () => {
    const { intake, statements } = await setUp();
    const large = 'x'.repeat(2_000_000);
    await intake.add(['a', 'b', 'c'].map((id) => anEntry(id, large)));
    expect(statements).toEqual([['a', 'b'], ['c']]);
  });

  it('refuses what the inbox has no room for, until some of it is done', async () => {
    const { intake, statements, metrics } = await setUp({ limit: 3, held: 2 });
    await expect(intake.add([anEntry('a'), anEntry('b')])).rejects.toMatchObject({
      code: 'Throttling',
      message: expect.stringContaining('THINGCORE_RULES_INBOX_LIMIT') as string,
      details: { waiting: 2, limit: 3 },
    });
    expect(statements).toEqual([]);
    expect(await metrics.registry.metrics()).toContain('thingcore_rules_inbox_refused_total 2');
    intake.left(1);
    expect(await intake.add([anEntry('a'), anEntry('b')])).toHaveLength(2);
  });

  it('counts nothing that was not stored', async () => {
    const { intake } = await setUp({ limit: 1 });
    await expect(intake.add([anEntry('bad')])).rejects.toThrow('refused');
    expect(await intake.add([anEntry('a')])).toEqual(['id of a']);
  });
});
