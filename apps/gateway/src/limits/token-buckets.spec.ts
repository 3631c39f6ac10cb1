import { StoppedClock } from '../gateway.fixture.js';
import type { GatewayConfig } from '../gateway.config.js';
import { FailedLogins } from './failed-logins.js';
import { TokenBuckets } from './token-buckets.js';

describe('TokenBuckets', () => {
  it('gives the burst at once and the rate from then on', () => {
    const sut = new TokenBuckets({ perSecond: 10, burst: 20 }, 100);
    expect(sut.take('a', 20, 0)).toBe(0);
    expect(sut.take('a', 1, 0)).toBe(100);
    expect(sut.take('a', 1, 50)).toBe(50);
    expect(sut.take('a', 1, 100)).toBe(0);
    expect(sut.take('b', 20, 100)).toBe(0);
  });

  it('never gives more than the burst, however long it waited, nor less when a clock goes back', () => {
    const sut = new TokenBuckets({ perSecond: 10, burst: 20 }, 100);
    sut.take('a', 20, 1_000);
    expect(sut.take('a', 20, 1_000_000)).toBe(0);
    expect(sut.take('a', 1, 999_000)).toBe(100);
  });

  it('lets through what is more than the burst, and has it paid off', () => {
    const sut = new TokenBuckets({ perSecond: 10, burst: 20 }, 100);
    expect(sut.take('a', 50, 0)).toBe(0);
    expect(sut.take('a', 1, 0)).toBe(3_100);
  });

  it('remembers a bounded number of keys, those that were used last', () => {
    const sut = new TokenBuckets({ perSecond: 1, burst: 1 }, 3);
    for (const key of ['a', 'b', 'c', 'a', 'd']) sut.take(key, 1, 0);
    expect(sut.size).toBe(3);
    expect([sut.wait('a', 0), sut.wait('b', 0)]).toEqual([1_000, 0]);
  });

  it('holds nothing back, and remembers nothing, without a limit', () => {
    const sut = new TokenBuckets({ perSecond: Infinity, burst: Infinity }, 3);
    expect([sut.take('a', 1e9, 0), sut.take('a', 1e9, 0), sut.size]).toEqual([0, 0, 0]);
  });
});

describe('FailedLogins', () => {
  const clock = new StoppedClock();
  const loginsOf = (failedLoginsPerMinute: number) =>
    new FailedLogins({ failedLoginsPerMinute } as GatewayConfig, clock);

  it('makes an address wait that has failed too often, and no other', () => {
    const sut = loginsOf(2);
    for (let count = 0; count < 2; count++) sut.failed('10.0.0.1');
    expect([sut.waitMs('10.0.0.1'), sut.waitMs('10.0.0.2')]).toEqual([30_000, 0]);
  });

  it.each([
    ['of one /64 network', '2001:db8:1:2::1', '2001:db8:1:2:ffff:1:2:3', true],
    ['of one /64 network in full and in short', '2001:db8:0:0:1::', '2001:db8::2', true],
    ['of two networks', '2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ])('takes IPv6 addresses together: %s', (_name, one, other, isOne) => {
    const sut = loginsOf(1);
    sut.failed(one);
    expect(sut.waitMs(other) > 0).toBe(isOne);
  });
});
