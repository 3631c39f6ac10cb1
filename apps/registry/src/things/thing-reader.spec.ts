import { ThingReader } from './thing-reader.js';
import type { ThingRecord, ThingStore } from './thing.store.js';

describe('ThingReader', () => {
  let asked: string[][];
  let answers: (() => void)[];
  let sut: ThingReader;

  const thing = (thingName: string) => ({ thingName }) as ThingRecord;
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const namesOf = (things: ThingRecord[]) => things.map(({ thingName }) => thingName);

  beforeEach(() => {
    asked = [];
    answers = [];
    const findMany = (names: string[]) => {
      asked.push(names);
      return new Promise<ThingRecord[]>((resolve, reject) => {
        answers.push(() => {
          if (names.includes('broken')) reject(new Error('the database is away'));
          else
            resolve(
              names
                .filter((name) => name !== 'missing')
                .sort()
                .map(thing),
            );
        });
      });
    };
    sut = new ThingReader({ findMany } as unknown as ThingStore);
  });

  it('asks once for what many callers want, and gives each its own, in the order of names', async () => {
    const reads = [sut.read(['lamp']), sut.read(['pump', 'fan', 'lamp', 'pump']), sut.read(['missing'])];
    await turn();
    expect(asked).toEqual([['lamp', 'pump', 'fan', 'missing']]);
    answers[0]?.();
    expect((await Promise.all(reads)).map(namesOf)).toEqual([['lamp'], ['fan', 'lamp', 'pump'], []]);
  });

  it('never answers from a statement that was sent before it was asked', async () => {
    const first = sut.read(['lamp']);
    await turn();
    const second = sut.read(['lamp']);
    await turn();
    expect(asked).toEqual([['lamp'], ['lamp']]);
    for (const answer of answers) answer();
    expect(await Promise.all([first, second])).toHaveLength(2);
  });

  it('gathers what is asked for while two statements are under way', async () => {
    const reads: Promise<ThingRecord[]>[] = [];
    for (const name of ['a', 'b', 'c', 'd']) {
      reads.push(sut.read([name]));
      await turn();
    }
    expect(asked).toEqual([['a'], ['b']]);
    answers[0]?.();
    await turn();
    await turn();
    expect(asked).toEqual([['a'], ['b'], ['c', 'd']]);
    for (const answer of answers) answer();
    expect((await Promise.all(reads)).flatMap(namesOf)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('splits what is more than a thousand names between callers', async () => {
    const many = Array.from({ length: 999 }, (_, n) => `t${n}`);
    const reads = [sut.read(many), sut.read(['a']), sut.read(['b'])];
    await turn();
    await turn();
    expect(asked.map(({ length }) => length)).toEqual([1_000, 1]);
    for (const answer of answers) answer();
    expect((await Promise.all(reads)).map(({ length }) => length)).toEqual([999, 1, 1]);
  });

  it('fails those who asked together, and nobody after them', async () => {
    const broken = [sut.read(['broken']), sut.read(['lamp'])];
    await turn();
    answers[0]?.();
    expect((await Promise.allSettled(broken)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const next = sut.read(['lamp']);
    await turn();
    answers[1]?.();
    expect(namesOf(await next)).toEqual(['lamp']);
  });
});
