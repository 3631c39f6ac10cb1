import { requestIdOf } from './request-trace.js';

describe('the id of a request', () => {
  it.each(['7f0c2d1e-9f6b-4a55-8b1b-0d8c7f1a2b3c', '1-67891233:abcdef', 'a', 'a'.repeat(128)])('may be %s', (id) => {
    expect(requestIdOf({ headers: { 'x-request-id': id } })).toBe(id);
  });

  it.each([
    ['none', undefined],
    ['an empty one', ''],
    ['one with spaces', 'a b'],
    ['one with a line break', 'a\nb'],
    ['one that is too long', 'a'.repeat(129)],
  ])('is made here for %s', (_name, id) => {
    expect(requestIdOf({ headers: { 'x-request-id': id } })).toBeUndefined();
  });
});
