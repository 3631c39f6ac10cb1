import { z } from 'zod';
import { event } from '#thingcore/contracts';
import { handles, watches } from './delivery.js';
import { LocalServer, LocalTransport } from './index.js';

const group = event('registry', 'thing.updated.v1', 'group', z.unknown());
const ordered = event('registry', 'thing.moved.v1', 'ordered', z.unknown());
const broadcast = event('registry', 'thing.dropped.v1', 'broadcast', z.unknown());
const handler = (): Promise<void> => Promise.resolve();

describe('handlers', () => {
  it('ask for the delivery of the contract, or to watch', () => {
    expect(handles(group)).toEqual(['thing.updated.v1', { delivery: 'group' }]);
    expect(handles(ordered)).toEqual(['thing.moved.v1', { delivery: 'ordered' }]);
    expect(handles(broadcast)).toEqual(['thing.dropped.v1', { delivery: 'broadcast' }]);
    expect(watches(group)).toEqual(['thing.updated.v1', { delivery: 'watch' }]);
    expect(watches(ordered)).toEqual(['thing.moved.v1', { delivery: 'watch' }]);
  });

  it('cannot watch what every replica gets anyway', () => {
    expect(() => watches(broadcast)).toThrow('write handles() instead');
  });

  it.each([
    ['an event without delivery', {}],
    ['an event with a delivery nobody knows', { delivery: 'carrier pigeon' }],
  ])('are refused at the start: %s', (_name, extras) => {
    const sut = new LocalServer(new LocalTransport());
    expect(() => sut.addHandler('thing.updated.v1', handler, true, extras)).toThrow('write @EventPattern(...handles');
  });

  it('are refused at the start: two for one command', () => {
    const sut = new LocalServer(new LocalTransport());
    sut.addHandler('thing.get.v1', handler);
    expect(() => sut.addHandler('thing.get.v1', handler)).toThrow('Command thing.get.v1 has two handlers');
  });
});
