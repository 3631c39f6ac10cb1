import { type AuditEntry, listAudit, recordAudit, type RequestOf } from '#thingcore/contracts';
import { type RegistryFixture, startRegistry } from '../registry.fixture.js';
import { AuditRetention } from './audit-retention.js';

const DAY_MS = 86_400_000;

describe('the audit log', () => {
  let registry: RegistryFixture;
  let count = 0;

  beforeAll(async () => {
    registry = await startRegistry({ config: { auditDays: 30, auditEntries: 5 } });
  });

  afterAll(() => registry.stop());

  const entry = (fields: Partial<AuditEntry> = {}): AuditEntry => ({
    entryId: `00000000-0000-4000-8000-${String(++count).padStart(12, '0')}`,
    at: registry.clock.now(),
    actor: 'operations',
    actorKind: 'apiKey',
    channel: 'graphql',
    action: 'createThing',
    subjects: ['lamp'],
    outcome: 'succeeded',
    correlationId: 'c',
    durationMs: 1.5,
    ...fields,
  });

  const list = async (query: Partial<RequestOf<typeof listAudit>> = {}) => registry.call(listAudit, query);
  const actorsOf = async (query: Partial<RequestOf<typeof listAudit>>) =>
    (await list(query)).entries.map(({ actor }) => actor);

  it('answers an entry as it was written, once however often that was', async () => {
    const full = entry({
      actor: 'all',
      role: 'admin',
      address: '10.1.2.3',
      input: { input: { name: 'lamp', text: 'a\\u0000' } },
      outcome: 'failed',
      errorCode: 'VersionConflict',
      errorMessage: 'It has another version',
    });
    await registry.call(recordAudit, { entries: [full] });
    await registry.call(recordAudit, { entries: [full, full] });
    expect(await list({ actor: 'all' })).toEqual({ entries: [{ ...full, sequence: expect.any(String) }] });
  });

  it('keeps what PostgreSQL cannot store as text', async () => {
    const odd = entry({ actor: 'odd', subjects: ['a\0b'], input: { text: '\ud800 \\u0000 \0 𝄞' } });
    await registry.call(recordAudit, { entries: [odd] });
    const { entries } = await list({ actor: 'odd' });
    expect(entries[0]).toMatchObject({ subjects: ['a\ufffdb'], input: { text: '\ufffd \\u0000 \ufffd 𝄞' } });
  });

  it('finds entries by each filter and by all of them, the newest first', async () => {
    const at = registry.clock.now() + 1_000;
    const written = [
      entry({ actor: 'a1', action: 'deleteThing', at, correlationId: 'x' }),
      entry({ actor: 'a2', action: 'deleteThing', subjects: ['pump', 'lamp'], at: at + 1, correlationId: 'x' }),
      entry({ actor: 'a3', action: 'deleteThing', outcome: 'failed', at: at + 2, correlationId: 'x' }),
    ];
    await registry.call(recordAudit, { entries: written });
    const mine = { action: 'deleteThing' };
    expect(await actorsOf(mine)).toEqual(['a3', 'a2', 'a1']);
    expect(await actorsOf({ ...mine, actor: 'a2' })).toEqual(['a2']);
    expect(await actorsOf({ ...mine, subject: 'pump' })).toEqual(['a2']);
    expect(await actorsOf({ ...mine, outcome: 'failed' })).toEqual(['a3']);
    expect(await actorsOf({ correlationId: 'x', since: at + 1 })).toEqual(['a3', 'a2']);
    expect(await actorsOf({ ...mine, until: at + 1 })).toEqual(['a1']);
    expect(await actorsOf({ ...mine, actor: 'a2', subject: 'fan' })).toEqual([]);
  });

  it('answers in pages', async () => {
    const first = await list({ action: 'deleteThing', limit: 2 });
    expect(first.entries.map(({ actor }) => actor)).toEqual(['a3', 'a2']);
    const second = await list({ action: 'deleteThing', limit: 2, after: first.nextToken });
    expect(second.entries.map(({ actor }) => actor)).toEqual(['a1']);
    expect(second.nextToken).toBeUndefined();
  });

  it('keeps as many entries as were asked for, for as long', async () => {
    const retention = registry.get(AuditRetention);
    await registry.call(recordAudit, { entries: Array.from({ length: 6 }, () => entry({ actor: 'many' })) });
    await retention.sweep();
    expect(await actorsOf({})).toEqual(Array(5).fill('many'));
    registry.clock.advance(29 * DAY_MS);
    await registry.call(recordAudit, { entries: [entry({ actor: 'young' })] });
    registry.clock.advance(2 * DAY_MS);
    await retention.sweep();
    expect(await actorsOf({})).toEqual(['young']);
  });
});
