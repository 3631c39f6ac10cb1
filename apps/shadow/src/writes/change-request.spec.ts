import { checkUpdateRequest, SHADOW_LIMITS } from '#thingcore/shadow-document';
import { recordOf, type StoredShadow } from '../store/stored-shadow.js';
import { applyChanges, type ChangeRequest } from './change-request.js';

const HOUR_MS = 3_600_000;
const NOW = 1_700_000_000_000;
const KEY = { thingName: 'lamp', shadowName: 'config' };

const settle = { author: undefined, arrivedAt: 0, done: () => undefined, failed: () => undefined };
const update = (reported: Record<string, number>, more: { version?: number; clientToken?: string } = {}) => {
  const request = checkUpdateRequest({ state: { reported }, ...more });
  return { ...settle, kind: 'update', request, clientToken: more.clientToken } satisfies ChangeRequest;
};
const deletion = (clientToken?: string) => ({ ...settle, kind: 'deletion', clientToken }) satisfies ChangeRequest;

const STORED: StoredShadow = {
  version: 4,
  texts: { state: '{"reported":{"a":1}}', metadata: '{"reported":{"a":{"timestamp":1}}}' },
  updatedAt: NOW,
  changeId: 9,
  batchId: 0,
};
const deletedAt = (time: number): StoredShadow => ({
  version: 4,
  updatedAt: time,
  deletedAt: time,
  changeId: 9,
  batchId: 0,
});

const apply = (stored: StoredShadow | undefined, changes: ChangeRequest[]) =>
  applyChanges(KEY, stored, changes, { now: NOW, limits: SHADOW_LIMITS });

describe('applyChanges', () => {
  it('applies changes one on top of the other, each with its own version and answer', () => {
    const { applied, refused, stateText } = apply(STORED, [update({ b: 2 }), update({ a: 3 }, { version: 5 })]);
    expect(refused).toEqual([]);
    expect(applied.map(({ version, timestamp }) => [version, timestamp])).toEqual([
      [5, NOW / 1000],
      [6, NOW / 1000],
    ]);
    expect(applied[0]?.previous).toEqual(recordOf(STORED));
    expect(applied[1]?.previous).toBe(applied[0]?.current);
    expect(stateText).toBe('{"reported":{"a":3,"b":2}}');
  });

  it('goes on after a change that is refused as if it had not come', () => {
    const { applied, refused } = apply(STORED, [
      update({ b: 2 }),
      update({ b: 3 }, { version: 4, clientToken: 'late' }),
      update({ b: 4 }),
    ]);
    expect(applied.map(({ version }) => version)).toEqual([5, 6]);
    expect(refused).toMatchObject([{ error: { code: 'VersionConflict', details: { clientToken: 'late' } } }]);
  });

  it('counts on after a deletion, in the same batch too', () => {
    const { applied, refused, stateText } = apply(STORED, [deletion('d'), deletion('e'), update({ c: 1 })]);
    expect(applied.map(({ kind, version }) => [kind, version])).toEqual([
      ['deletion', 4],
      ['update', 5],
    ]);
    expect(applied[0]).toMatchObject({ version: 4, timestamp: NOW / 1000, change: { clientToken: 'd' } });
    expect(refused).toMatchObject([
      {
        error: {
          code: 'ResourceNotFound',
          message: "No shadow exists with name: 'config'",
          details: { clientToken: 'e' },
        },
      },
    ]);
    expect(stateText).toBe('{"reported":{"c":1}}');
  });

  it('leaves nothing of a shadow whose last change is its deletion', () => {
    expect(apply(STORED, [update({ b: 2 }), deletion()]).stateText).toBe('{}');
  });

  // AWS: Device Shadow, the version of a deleted shadow is remembered for 48 hours.
  it.each([
    ['counts on within 48 hours', NOW - 48 * HOUR_MS, 5],
    ['starts afresh after 48 hours', NOW - 48 * HOUR_MS - 1, 1],
  ])('%s of a deletion', (_name, time, version) => {
    expect(apply(deletedAt(time), [update({ a: 1 })]).applied).toMatchObject([{ version, previous: undefined }]);
  });
});
