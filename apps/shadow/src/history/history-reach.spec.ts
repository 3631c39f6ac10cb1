import { readEnough, stepsEach } from './history-reach.js';
import type { HistoryRequest, HistoryStore, StoredChange, StoredHistory } from './history.store.js';

const AT = 1_000_000;

/** Things with so many changes each, the latest at {@link AT} and each other one a millisecond before. */
class FakeStore {
  readonly questions: HistoryRequest[] = [];

  constructor(private readonly lengths: Readonly<Record<string, number>>) {}

  read(question: HistoryRequest): Promise<StoredHistory[]> {
    this.questions.push(question);
    return Promise.resolve(
      question.thingNames.map((thingName) => {
        const length = Math.min(this.lengths[thingName] ?? 0, question.most);
        const changes = Array.from({ length }, (_, n): StoredChange => ({
          version: n,
          at: AT - n,
          record: { undo: {} },
          hasPrevious: true,
        }));
        return { thingName, state: {}, version: 1, updatedAt: AT, changes };
      }),
    );
  }
}

const reach = (lengths: Record<string, number>, steps: number) => {
  const store = new FakeStore(lengths);
  const thingNames = Object.keys(lengths);
  const question = { thingNames, shadowName: undefined, most: stepsEach(thingNames) };
  const isEnough = ({ changes }: StoredHistory) => changes.length >= steps;
  return { store, found: readEnough(store as unknown as HistoryStore, { question, isEnough }) };
};

describe('readEnough', () => {
  it('reads once what the steps of each are enough for', async () => {
    const { store, found } = reach({ a: 3, b: 5_000 }, 5_000);
    expect((await found).map(({ tooFar }) => tooFar)).toEqual([undefined, undefined]);
    expect(store.questions).toHaveLength(1);
  });

  it('gives the steps that some leave over to those who need them', async () => {
    const { store, found } = reach({ a: 3, b: 9_000 }, 6_000);
    expect((await found).find(({ history }) => history.thingName === 'b')).not.toHaveProperty('tooFar');
    expect(store.questions.map(({ thingNames, most }) => [thingNames.length, most])).toEqual([
      [2, 5_000],
      [1, 9_997],
    ]);
  });

  it('refuses alone what lies too far back', async () => {
    const { found } = reach({ a: 3, b: 90_000 }, 80_000);
    const [a, b] = await found;
    expect(a).not.toHaveProperty('tooFar');
    expect(b?.tooFar).toMatchObject({ code: 'LimitExceeded', details: { thingName: 'b' } });
  });
});
