import { ListLoader } from './list-loader.js';

describe('ListLoader', () => {
  let asked: { of: string }[];
  let sut: ListLoader<{ of: string }, string>;

  beforeEach(() => {
    asked = [];
    sut = new ListLoader((request) => {
      asked.push(request);
      return request.of === 'broken' ? Promise.reject(new Error('down')) : Promise.resolve(`list of ${request.of}`);
    });
  });

  const lists = (count: number) => Array.from({ length: count }, (_, index) => sut.load({ of: `g${index}` }));

  it('asks once for each list that differs', async () => {
    const pages = await Promise.all([sut.load({ of: 'a' }), sut.load({ of: 'b' }), sut.load({ of: 'a' })]);
    expect(pages).toEqual(['list of a', 'list of b', 'list of a']);
    expect(asked).toEqual([{ of: 'a' }, { of: 'b' }]);
  });

  it('fails a list alone', async () => {
    const outcomes = await Promise.allSettled([sut.load({ of: 'a' }), sut.load({ of: 'broken' })]);
    expect(outcomes).toEqual([
      { status: 'fulfilled', value: 'list of a' },
      { status: 'rejected', reason: new Error('down') },
    ]);
  });

  it('asks for a hundred lists at once', async () => {
    await Promise.all(lists(100));
    expect(asked).toHaveLength(100);
  });

  it('refuses more than a hundred, and asks for none of them', async () => {
    const outcomes = await Promise.allSettled(lists(101));
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['rejected']));
    await expect(sut.load({ of: 'a' })).resolves.toBe('list of a');
    expect(asked).toEqual([{ of: 'a' }]);
  });
});
