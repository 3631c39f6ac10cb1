import { IotError } from '#thingcore/errors';
import { keyOfCursor, toCursor } from './cursor.js';
import type { TwoWayPageArgs } from './two-way-page.args.js';
import { pageOfWhole } from './whole-list.js';

const LETTERS = ['d', 'b', 'a', 'e', 'c'].map((name) => ({ name }));

describe('a page of a whole list', () => {
  const pageOf = (args: TwoWayPageArgs, isDescending = false, letters = LETTERS) => {
    const { nodes, pageInfo } = pageOfWhole(letters, { keyOf: ({ name }) => name, isDescending }, args);
    return [nodes.map(({ name }) => name).join(''), pageInfo.hasPreviousPage, pageInfo.hasNextPage];
  };

  it.each([
    ['all of it', {}, ['abcde', false, false]],
    ['the first two', { first: 2 }, ['ab', false, true]],
    ['two behind a cursor', { first: 2, after: toCursor('b') }, ['cd', true, true]],
    ['the rest', { first: 9, after: toCursor('c') }, ['de', true, false]],
    ['the last two', { last: 2 }, ['de', true, false]],
    ['two before a cursor', { last: 2, before: toCursor('d') }, ['bc', true, true]],
    ['what is between two cursors', { after: toCursor('a'), before: toCursor('d') }, ['bc', true, true]],
    ['what is behind an entry that is gone', { first: 1, after: toCursor('bb') }, ['c', true, true]],
    ['nothing behind the last one', { after: toCursor('e') }, ['', true, false]],
    ['nothing before the first one', { last: 3, before: toCursor('a') }, ['', false, true]],
  ] as const)('is %s', (_name, args, expected) => {
    expect(pageOf(args)).toEqual(expected);
  });

  it('goes the other way round when it is descending', () => {
    expect(pageOf({ first: 2, after: toCursor('d') }, true)).toEqual(['cb', true, true]);
    expect(pageOf({ last: 2 }, true)).toEqual(['ba', true, false]);
  });

  it('of nothing is empty', () => {
    expect(pageOf({}, false, [])).toEqual(['', false, false]);
  });

  it.each([
    ['both ends at once', { first: 1, last: 1 }, 'last'],
    ['no entry', { first: 0 }, 'first'],
    ['too many from the end', { last: 251 }, 'last'],
    ['what is behind no cursor', { after: 'x' }, 'after'],
    ['what is before no cursor', { before: 'x' }, 'before'],
  ])('refuses %s', (_name, args, field) => {
    const refused = () => pageOf(args);
    expect(refused).toThrow(IotError);
    expect(fieldAtFault(refused)).toBe(field);
  });

  it('has cursors that stand for the keys of its entries', () => {
    const { pageInfo } = pageOfWhole(LETTERS, { keyOf: ({ name }) => name }, { first: 3 });
    expect([pageInfo.startCursor, pageInfo.endCursor].map((cursor) => keyOfCursor(cursor ?? ''))).toEqual(['a', 'c']);
  });
});

function fieldAtFault(refused: () => unknown): unknown {
  try {
    return refused();
  } catch (error) {
    return error instanceof IotError ? error.details?.['field'] : error;
  }
}
