import { IotError } from '#thingcore/errors';
import { CircuitBreakers } from './circuit-breakers.js';

const away = new IotError('ServiceUnavailable', 'away');

describe('CircuitBreakers', () => {
  let now: number;
  let opened: string[];
  let sut: CircuitBreakers;

  beforeEach(() => {
    now = 0;
    opened = [];
    sut = new CircuitBreakers(
      () => now,
      (destination) => opened.push(destination),
    );
  });

  const failFor = (destination: string, ms: number, times: number) => {
    for (let n = 0; n < times; n++) {
      sut.enter(destination);
      sut.failed(destination, away);
      now += ms / (times - 1);
    }
  };
  const isClosed = (destination: string) => {
    try {
      sut.enter(destination);
      return true;
    } catch (error) {
      expect(error).toMatchObject({ code: 'ServiceUnavailable', retryable: false });
      return false;
    }
  };

  it('leaves a destination alone that failed ten times in a row over three seconds, and no other', () => {
    failFor('one', 3_100, 11);
    expect(opened).toEqual(['one']);
    expect([isClosed('one'), isClosed('two')]).toEqual([false, true]);
  });

  it('stays closed over an outage shorter than the tries of a message, however many fail in it', () => {
    failFor('one', 2_000, 1_000);
    expect(isClosed('one')).toBe(true);
  });

  it('stays closed while some calls succeed', () => {
    for (let n = 0; n < 50; n++) {
      failFor('one', 1_000, 9);
      sut.succeeded('one');
    }
    expect(isClosed('one')).toBe(true);
  });

  it('lets one call at a time see whether the destination is back, and then all', () => {
    failFor('one', 3_100, 11);
    now += 5_000;
    expect([isClosed('one'), isClosed('one')]).toEqual([true, false]);
    sut.succeeded('one');
    expect([isClosed('one'), isClosed('one')]).toEqual([true, true]);
  });

  it('waits twice as long each time that the destination is still down, up to a minute', () => {
    failFor('one', 3_100, 11);
    const pauses: number[] = [];
    now += 5_000;
    for (let n = 0; n < 5; n++) {
      sut.enter('one');
      sut.failed('one', away);
      const at = now;
      while (!isClosed('one')) now += 1_000;
      pauses.push(now - at);
      sut.failed('one', away);
      now += 60_000;
    }
    expect(pauses[0]).toBe(10_000);
    expect(Math.max(...pauses)).toBe(60_000);
    expect(opened).toEqual(['one']);
  });
});
