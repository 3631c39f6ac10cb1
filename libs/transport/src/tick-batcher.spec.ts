import { type Batch, TickBatcher } from './tick-batcher.js';

describe('TickBatcher', () => {
  const sent: Batch<string>[][] = [];
  const sut = new TickBatcher<string>({ items: 3, chars: 10 }, (batches) => sent.push(batches));
  const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  beforeEach(() => {
    sent.length = 0;
  });

  it.each<[name: string, items: [destination: string, item: string][], expected: [string, string[]][]]>([
    [
      'one destination',
      [
        ['a', '1'],
        ['a', '2'],
      ],
      [['a', ['1', '2']]],
    ],
    [
      'two destinations',
      [
        ['a', '1'],
        ['b', '2'],
        ['a', '3'],
      ],
      [
        ['a', ['1', '3']],
        ['b', ['2']],
      ],
    ],
    [
      'more items than a batch takes',
      [
        ['a', '1'],
        ['a', '2'],
        ['a', '3'],
        ['a', '4'],
      ],
      [
        ['a', ['1', '2', '3']],
        ['a', ['4']],
      ],
    ],
    [
      'more characters than a batch takes',
      [
        ['a', '123456'],
        ['a', '123456'],
      ],
      [
        ['a', ['123456']],
        ['a', ['123456']],
      ],
    ],
    [
      'an item larger than a batch',
      [
        ['a', '1'],
        ['a', '12345678901'],
        ['a', '2'],
      ],
      [
        ['a', ['1']],
        ['a', ['12345678901']],
        ['a', ['2']],
      ],
    ],
  ])('sends the items of a turn together, in order: %s', async (_name, items, expected) => {
    for (const [destination, item] of items) sut.add(destination, item, item.length);
    await nextTurn();
    expect(sent.flat().map((batch) => [batch.destination, batch.items])).toEqual(expected);
  });

  it('sends a full batch at once and the others at the end of the turn', async () => {
    for (const item of ['1', '2', '3', '4']) sut.add('a', item, 1);
    expect(sent.flat().map(({ items }) => items)).toEqual([['1', '2', '3']]);
    await nextTurn();
    expect(sent.flat().map(({ items }) => items)).toEqual([['1', '2', '3'], ['4']]);
  });

  it('sends at once when flushed, and nothing twice', async () => {
    sut.add('a', '1', 1);
    sut.flush();
    expect(sent).toHaveLength(1);
    await nextTurn();
    expect(sent).toHaveLength(1);
  });
});
