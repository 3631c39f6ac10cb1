import { IotError } from '#thingcore/errors';
import { keyOfCursor, toCursor } from './cursor.js';
import { type NamedOrder, type NamedPageArgs, toNamedConnection, toNamedPageRequest } from './named-order.js';

const BY_TIME: NamedOrder = { field: 'CREATED_AT', direction: 'ASC' };
const NEWEST_FIRST: NamedOrder = { field: 'CREATED_AT', direction: 'DESC' };
const BACKWARDS: NamedOrder = { field: 'NAME', direction: 'DESC' };
const ENTRIES = ['a', 'b', 'c'].map((name, index) => ({ name, createdAt: 100 - index }));

describe('what is asked for a page of what has names', () => {
  it.each<[string, NamedPageArgs, object]>([
    ['fifty by name when nothing is said', {}, { orderBy: 'name', isAscending: true, limit: 50, after: undefined }],
    ['what follows a cursor', { first: 2, after: toCursor('b') }, { limit: 2, after: 'b', isAscending: true }],
    ['the end, read the other way round', { last: 3 }, { limit: 3, after: undefined, isAscending: false }],
    ['what is before a cursor', { last: 3, before: toCursor('x') }, { limit: 3, after: 'x', isAscending: false }],
    ['names against their order', { orderBy: BACKWARDS }, { orderBy: 'name', isAscending: false }],
    ['the end of those', { orderBy: BACKWARDS, last: 1 }, { orderBy: 'name', isAscending: true, limit: 1 }],
    ['the newest', { orderBy: NEWEST_FIRST, first: 1 }, { orderBy: 'createdAt', isAscending: false, limit: 1 }],
    [
      'what follows a cursor of that order',
      { orderBy: BY_TIME, after: toCursor('7:a', 'CREATED_AT') },
      { after: '7:a' },
    ],
    ['nulls, which are as good as nothing', { first: null, last: null, after: null, before: null }, { limit: 50 }],
  ])('is %s', (_name, args, expected) => {
    expect(toNamedPageRequest(args)).toMatchObject(expected);
  });

  it.each<[string, NamedPageArgs, string]>([
    ['both ends at once', { first: 1, last: 1 }, 'last'],
    ['no entry', { first: 0 }, 'first'],
    ['less than no entry', { last: -1 }, 'last'],
    ['more than a page may have', { first: 100_000 }, 'first'],
    ['a beginning and a page from the end', { last: 1, after: toCursor('a') }, 'after'],
    ['an end and a page from the beginning', { first: 1, before: toCursor('a') }, 'before'],
    ['an end alone', { before: toCursor('a') }, 'before'],
    ['text that is no cursor', { after: 'YQ' }, 'after'],
    ['a cursor of another order', { orderBy: BY_TIME, after: toCursor('a') }, 'after'],
    ['a cursor of another order before', { last: 1, before: toCursor('7:a', 'CREATED_AT') }, 'before'],
  ])('is not %s', (_name, args, field) => {
    expect(fieldAtFault(() => toNamedPageRequest(args))).toBe(field);
  });
});

describe('a page of what has names', () => {
  const pageOf = (nextToken: string | undefined, args: NamedPageArgs, read = ENTRIES) => {
    const { nodes, pageInfo } = toNamedConnection(read, nextToken, args);
    return [nodes.map(({ name }) => name).join(''), pageInfo.hasPreviousPage, pageInfo.hasNextPage];
  };

  it.each<[string, string | undefined, NamedPageArgs, unknown]>([
    ['from the beginning', 'c', {}, ['abc', false, true]],
    ['the last from the beginning', undefined, { after: 'x' }, ['abc', true, false]],
    ['from the end, in the order of the list', 'c', { last: 3 }, ['cba', true, false]],
    ['the first from the end', undefined, { last: 3, before: 'x' }, ['cba', false, true]],
  ])('%s says what is around it', (_name, nextToken, args, expected) => {
    expect(pageOf(nextToken, args)).toEqual(expected);
  });

  it('has cursors of its order', () => {
    const { pageInfo } = toNamedConnection(ENTRIES, undefined, { orderBy: NEWEST_FIRST });
    expect(keyOfCursor(pageInfo.endCursor ?? '', 'after', 'CREATED_AT')).toBe('98:c');
  });

  it('says where to go on when it is empty and not the last', () => {
    expect(toNamedConnection([], 'm', {}).pageInfo.endCursor).toBe(toCursor('m'));
    expect(toNamedConnection([], 'm', { last: 2 }).pageInfo).toMatchObject({
      startCursor: toCursor('m'),
      endCursor: null,
    });
  });
});

function fieldAtFault(refused: () => unknown): unknown {
  try {
    return refused();
  } catch (error) {
    return error instanceof IotError ? error.details?.['field'] : error;
  }
}
