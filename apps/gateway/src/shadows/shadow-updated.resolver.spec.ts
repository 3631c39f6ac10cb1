import type { SubscriptionContext } from '../requests/gateway-context.js';
import { ShadowUpdatedResolver } from './shadow-updated.resolver.js';
import type { ShadowUpdates } from './shadow-updates.js';

describe('a subscription to a shadow', () => {
  const subscribed: unknown[][] = [];
  const updates = {
    subscribe: (...given: unknown[]) => {
      subscribed.push(given.slice(1));
      return Promise.resolve();
    },
  };
  const sut = new ShadowUpdatedResolver(updates as unknown as ShadowUpdates);
  const subscribe = (args: object, context: object = {}) =>
    sut.shadowUpdated({ thing: 'lamp', ...args }, context as SubscriptionContext);

  it.each([
    ['a name that no shadow can have', { name: 'a/b' }, 'name'],
    ['an empty name', { name: '' }, 'name'],
    ['a cursor of something else', { after: '0000000000000007' }, 'after'],
    ['a version below 0', { afterVersion: -1 }, 'afterVersion'],
  ])('is refused for %s', (_name, args, field) => {
    let refusal: unknown;
    try {
      void subscribe(args);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ code: 'InvalidRequest', details: { field } });
    expect(subscribed).toEqual([]);
  });

  it.each([
    ['from now on without a place', {}, {}, [undefined]],
    [
      'from a cursor on',
      { after: 'deleted-7-1700000000' },
      {},
      [{ version: 7, isDeletion: true, timestamp: 1700000000 }],
    ],
    ['from a version on', { afterVersion: 0 }, {}, [{ version: 0, isDeletion: false }]],
    [
      'from the last event that a stream has seen, whatever its arguments were',
      { after: 'updated-1-5' },
      { lastEventId: 'updated-3-6' },
      [{ version: 3, isDeletion: false, timestamp: 6 }],
    ],
  ])('begins %s', async (_name, args, context, place) => {
    await subscribe(args, context);
    expect(subscribed.splice(0)).toEqual([[{ thingName: 'lamp', shadowName: null }, ...place]]);
  });

  it.each([
    ['the classic shadow without a name', null, null],
    ['a named one', '$config:1', '$config:1'],
  ])('is one to %s', async (_name, name, shadowName) => {
    await subscribe({ name });
    expect(subscribed.splice(0)).toEqual([[{ thingName: 'lamp', shadowName }, undefined]]);
  });
});
