import { jest } from '@jest/globals';
import { checkUpdateRequest } from '#thingcore/shadow-document';
import type { BatchCommitter } from './batch-committer.js';
import type { PendingGroup } from './pending-group.js';
import { ShadowWriter } from './shadow-writer.js';

/** Keeps batches until a test finishes them. */
class HeldBatches {
  readonly batches: { groups: readonly PendingGroup[]; finish: () => void }[] = [];

  commit(groups: readonly PendingGroup[]): Promise<void> {
    return new Promise((resolve) => this.batches.push({ groups, finish: resolve }));
  }

  get shape(): string[][] {
    return this.batches.map(({ groups }) => groups.map(({ text, changes }) => `${text} ${changes.length}`));
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('ShadowWriter', () => {
  let held: HeldBatches;
  let writer: ShadowWriter;

  beforeEach(() => {
    held = new HeldBatches();
    writer = new ShadowWriter(held as unknown as BatchCommitter);
  });

  const add = (thingName: string, count = 1) => {
    for (let n = 0; n < count; n++) {
      writer.update({ thingName }, checkUpdateRequest({ state: {} }), undefined).catch(() => undefined);
    }
  };

  it('puts what one turn brings into one batch, by shadow', async () => {
    add('a');
    add('b', 2);
    add('a');
    await turn();
    expect(held.shape).toEqual([['a/ 2', 'b/ 2']]);
  });

  it('keeps a shadow out of further batches until its batch is done', async () => {
    add('a');
    await turn();
    add('a', 3);
    add('b');
    await turn();
    expect(held.shape).toEqual([['a/ 1'], ['b/ 1']]);
    held.batches[0]?.finish();
    await turn();
    await turn();
    expect(held.shape).toEqual([['a/ 1'], ['b/ 1'], ['a/ 3']]);
  });

  it('has a bounded number of batches under way, of a bounded size', async () => {
    for (let n = 0; n < 2_000; n++) add(`thing-${n}`);
    for (let n = 0; n < 10; n++) await turn();
    expect(held.batches.map(({ groups }) => groups.length)).toEqual([256, 256, 256]);
    held.batches[2]?.finish();
    for (let n = 0; n < 3; n++) await turn();
    expect(held.batches).toHaveLength(4);
  });

  it('takes the changes of a busy shadow in portions and in order', async () => {
    add('hot', 40);
    await turn();
    expect(held.shape).toEqual([['hot/ 32']]);
    add('hot');
    held.batches[0]?.finish();
    await turn();
    await turn();
    expect(held.shape[1]).toEqual(['hot/ 9']);
  });

  it('begins no change that has waited longer than its caller, and those that came after it', async () => {
    const clock = jest.spyOn(performance, 'now').mockReturnValue(0);
    try {
      add('a');
      await turn();
      const clientToken = 'late';
      const late = writer.update({ thingName: 'a' }, checkUpdateRequest({ state: {}, clientToken }), undefined);
      const gone = writer.delete({ thingName: 'b' }, undefined, undefined);
      const refusals = Promise.allSettled([late, gone]);
      clock.mockReturnValue(5_000);
      add('a');
      held.batches[0]?.finish();
      for (let n = 0; n < 3; n++) await turn();
      expect((await refusals).map((refusal) => (refusal as PromiseRejectedResult).reason as unknown)).toMatchObject([
        { code: 'ServiceUnavailable', details: { clientToken } },
        { code: 'ServiceUnavailable' },
      ]);
      expect(held.shape).toEqual([['a/ 1'], ['a/ 1']]);
    } finally {
      clock.mockRestore();
    }
  });

  it('refuses what would wait longer than its caller', async () => {
    add('a', 50_000);
    const clientToken = 'one too many';
    const request = checkUpdateRequest({ state: {}, clientToken });
    await expect(writer.update({ thingName: 'a' }, request, undefined)).rejects.toMatchObject({
      code: 'Throttling',
      details: { clientToken },
    });
  });
});
