import { ExpiringCache } from './expiring-cache.js';

describe('ExpiringCache', () => {
  it('forgets a value when its time is over', () => {
    const sut = new ExpiringCache<string>(10, 2);
    sut.set('a', 'A', 100);
    expect(sut.get('a', 109)).toBe('A');
    expect(sut.get('a', 110)).toBeUndefined();
    expect(sut.size).toBe(0);
  });

  it('forgets the oldest value when it is full', () => {
    const sut = new ExpiringCache<string>(10, 2);
    sut.set('a', 'A', 0);
    sut.set('b', 'B', 0);
    sut.set('a', 'A again', 0);
    sut.set('c', 'C', 0);
    expect([sut.get('a', 0), sut.get('b', 0), sut.get('c', 0)]).toEqual(['A again', undefined, 'C']);
  });

  it('forgets the values it is told to', () => {
    const sut = new ExpiringCache<string>(10, 3);
    for (const value of ['a', 'b', 'c']) sut.set(value, value.toUpperCase(), 0);
    sut.deleteWhere((value) => value !== 'B');
    expect([sut.get('a', 0), sut.get('b', 0), sut.size]).toEqual([undefined, 'B', 1]);
  });
});
