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

  it('asks for more than a hundred one hundred after the other', async () => {
    const answered: string[] = [];
    let underWay = 0;
    let most = 0;
    sut = new ListLoader(async ({ of }) => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay--;
      answered.push(of);
      return `list of ${of}`;
    });
    expect(await Promise.all(lists(250))).toHaveLength(250);
    expect([answered.length, most]).toEqual([250, 100]);
  });
});
